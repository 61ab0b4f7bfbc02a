import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFolder, openWorkspace, readWorkspaceText, resolveInside, writeNewFile } from '../../src/io/workspace.ts';
import { folderOf, workspaceOf } from '../support/workspace.ts';

const outside = expect.objectContaining({ code: 'WORKSPACE.OUTSIDE' });

describe('openWorkspace', () => {
  it('respects nested .gitignore files and keeps .env files', async () => {
    const files = await workspaceOf({
      '.gitignore': 'private/\n*.log\n.env*\n/only-here.sql\n',
      '.env': 'A=1',
      '.env.production': 'A=2',
      'private/migrations/001_a.sql': '',
      'a.log': '',
      'only-here.sql': '',
      'sub/only-here.sql': '',
      'sub/.gitignore': '!keep.log\nsecret.sql\n',
      'sub/keep.log': '',
      'sub/secret.sql': '',
      'secret.sql': '',
      'node_modules/x/index.js': '',
      'packages/a/dist/migrations/001.sql': '',
      'my-env/pyvenv.cfg': '',
      'my-env/lib/alembic.ini': '',
    });
    expect(files.paths).toEqual([
      '.env',
      '.env.production',
      '.gitignore',
      'secret.sql',
      'sub/.gitignore',
      'sub/keep.log',
      'sub/only-here.sql',
    ]);
    expect(await files.read('.env')).toBe('A=1');
    expect(await files.read('node_modules/x/index.js')).toBe('');
  });

  it('neither lists nor reads through a link that leads out', async () => {
    const away = folderOf({ 'secret.sql': 'SELECT 1', 'migrations/001_a.sql': '' });
    const root = folderOf({ 'a.sql': 'SELECT 2' });
    symlinkSync(join(away, 'secret.sql'), join(root, 'link.sql'));
    symlinkSync(join(away, 'migrations'), join(root, 'migrations'));
    symlinkSync(join(root, 'a.sql'), join(root, 'inner.sql'));
    symlinkSync(root, join(root, 'loop'));
    const files = await openWorkspace(root);
    expect(files.paths).toEqual(['a.sql', 'inner.sql']);
    expect(await files.read('link.sql')).toBeUndefined();
    expect(await files.read('migrations/001_a.sql')).toBeUndefined();
    expect(await files.read('../x')).toBeUndefined();
    expect(await files.read('inner.sql')).toBe('SELECT 2');
  });

  it('does not read what is too large or not text', async () => {
    const root = folderOf({ 'large.sql': 'x'.repeat(1024 * 1024 + 1) });
    writeFileSync(join(root, 'binary.sql'), Buffer.from([0xff, 0xfe, 0x00]));
    const files = await openWorkspace(root);
    expect(await files.read('large.sql')).toBeUndefined();
    expect(await files.read('binary.sql')).toBeUndefined();
  });

  it('says when there is no such folder', async () => {
    await expect(openWorkspace('/no/such/folder')).rejects.toMatchObject({ code: 'WORKSPACE.UNREADABLE' });
  });
});

describe('resolveInside', () => {
  it('takes paths inside, there or not', async () => {
    const root = folderOf({ 'a/b.sql': '' });
    expect(await resolveInside(root, 'a/b.sql')).toBe(join(root, 'a/b.sql'));
    expect(await resolveInside(root, 'a/new/c.sql')).toBe(join(root, 'a/new/c.sql'));
    expect(await resolveInside(root, join(root, 'a'))).toBe(join(root, 'a'));
  });

  it('refuses every way out', async () => {
    const away = folderOf({ 'x.sql': '' });
    const root = folderOf({ 'a.sql': '' });
    symlinkSync(away, join(root, 'away'));
    symlinkSync(join(away, 'not-there.sql'), join(root, 'dangling.sql'));
    symlinkSync('self', join(root, 'self'));
    for (const path of [
      '../x',
      '/etc/passwd',
      'a/../../x',
      'away/x.sql',
      'away/new.sql',
      'dangling.sql',
      'self',
      'a\0b',
      `${root}-more/x`,
    ])
      await expect(resolveInside(root, path), path).rejects.toEqual(outside);
  });
});

describe('readWorkspaceText', () => {
  it('strips a byte order mark and gives undefined where there is no file', async () => {
    const root = folderOf({ 'a.sql': '\ufeffSELECT 1;' });
    expect(await readWorkspaceText(root, 'a.sql')).toBe('SELECT 1;');
    expect(await readWorkspaceText(root, 'none.sql')).toBeUndefined();
    expect(await readWorkspaceText(root, 'a.sql/b')).toBeUndefined();
  });

  it.each([
    [[0x41, 0xff], 1],
    [[0xc3, 0xa4, 0x41, 0xc3], 3],
    [[0x41, 0xe2, 0x82, 0x41], 1],
  ])('names the offset of an invalid byte', async (bytes, offset) => {
    const root = folderOf({});
    writeFileSync(join(root, 'bad.sql'), Buffer.from(bytes));
    await expect(readWorkspaceText(root, 'bad.sql')).rejects.toMatchObject({
      code: 'MIGRATION.INVALID',
      message: expect.stringContaining('bad.sql'),
    });
    await expect(readWorkspaceText(root, 'bad.sql')).rejects.toThrow(`offset ${offset} `);
  });

  it('reads a file of 50 MB', async () => {
    const root = folderOf({ 'big.sql': `${'INSERT INTO t VALUES (1);\n'.repeat(2_000_000)}` });
    expect((await readWorkspaceText(root, 'big.sql'))?.length).toBe(52_000_000);
  });
});

describe('writeNewFile', () => {
  it('makes folders and never overwrites', async () => {
    const root = folderOf({});
    await writeNewFile(root, 'db/migrations/001_a.sql', 'SELECT 1;');
    await expect(writeNewFile(root, 'db/migrations/001_a.sql', 'SELECT 2;')).rejects.toMatchObject({
      code: 'MIGRATION.EXISTS',
    });
    expect(readFileSync(join(root, 'db/migrations/001_a.sql'), 'utf8')).toBe('SELECT 1;');
    expect(await listFolder(root, 'db/migrations')).toEqual(['001_a.sql']);
    expect(await listFolder(root, 'nothing')).toEqual([]);
  });

  it('writes nothing outside', async () => {
    const away = folderOf({});
    const root = folderOf({});
    symlinkSync(away, join(root, 'migrations'));
    await expect(writeNewFile(root, 'migrations/001.sql', '')).rejects.toEqual(outside);
    expect(await listFolder(away, '.')).toEqual([]);
  });
});
