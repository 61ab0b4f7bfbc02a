import type { z } from 'zod';
import { LockkeeperError } from '../core/errors.ts';
import type { WorkspaceFiles } from '../core/ports.ts';
import { plain } from '../core/untrusted.ts';
import type { Config } from './config-schema.ts';

export type { Config, UrlSource } from './config-schema.ts';

export const CONFIG_FILE = 'lockkeeper.config.json';

/** The workspace's configuration; empty where there is none. Throws CONFIG.INVALID, naming the field. */
export async function readConfig(files: WorkspaceFiles): Promise<Config> {
  const text = await files.read(CONFIG_FILE);
  if (text === undefined) {
    // A file that cannot be read must not pass for one that says nothing: it may protect something.
    if (files.paths.includes(CONFIG_FILE)) throw invalid('it is too large or not UTF-8 text');
    return {};
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw invalid('it is not JSON');
  }
  // The parser is loaded for those who have a configuration; it takes longer to load than a workspace takes to read.
  const { schema } = await import('./config-schema.ts');
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.slice(0, 5).map(sentenceOf).join('; '));
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  const field = issue.path.map((part) => plain(String(part), 60)).join('.') || 'the file';
  if (issue.code === 'unrecognized_keys')
    return `${field} has ${issue.keys.map((key) => plain(key, 60)).join(', ')}, which lockkeeper does not know`;
  if (issue.code === 'invalid_union')
    return `${field} must be a URL, { "env": NAME } or { "file": PATH, "variable": NAME }`;
  return `${field}: ${plain(issue.message)}`;
}

function invalid(what: string): LockkeeperError {
  return new LockkeeperError('CONFIG.INVALID', `${CONFIG_FILE} cannot be used: ${what}. Nothing was connected to.`, {
    next: [{ kind: 'edit-file', label: `Correct ${CONFIG_FILE}` }],
  });
}
