import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { WorkspaceFiles } from '../../src/core/ports.ts';
import { openWorkspace } from '../../src/io/workspace.ts';

const folders: string[] = [];
// While the test file is being collected: inside a test it would be too late to be called.
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder on disk with these files; removed when the test file is done. */
export function folderOf(contents: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'lockkeeper-workspace-')));
  folders.push(root);
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** The same, opened for detection. */
export async function workspaceOf(contents: Readonly<Record<string, string>>): Promise<WorkspaceFiles> {
  return await openWorkspace(folderOf(contents));
}
