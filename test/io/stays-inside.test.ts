import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { leavesTheFile } from '../../src/io/database/sqlite-stays-inside.ts';
import { perform, preview, tryOut } from '../../src/pipeline.ts';
import { handleOf, makeDatabase, testFolder, testWorkbench } from '../support/sqlite.ts';
import { SHOP, walkOn } from '../support/walk.ts';

describe('SQLite statements that reach other files', () => {
  it.each([
    "ATTACH 'x.db' AS x",
    "  attach database'x.db' as x",
    "ATTACH(SELECT 'x.db') AS x",
    "/* a */ -- b\n;;\f/***/ATTACH 'x.db' AS x",
    "\ufeffATTACH 'x.db' AS x",
    "VACUUM INTO 'x.db'",
    "VACUUM main/**/INTO'x.db'",
  ])('%j is one', (sql) => expect(leavesTheFile(sql)).toBe(true));

  it.each([
    'VACUUM',
    'CREATE TABLE attach (a)',
    "INSERT INTO t VALUES ('ATTACH')",
    '-- ATTACH',
    'DETACH x',
    'attached',
    `/*${'*'.repeat(100_000)}`,
  ])('%# is none', (sql) => expect(leavesTheFile(sql)).toBe(false));

  it('are not run, however SQLite is brought to read them', async () => {
    const folder = testFolder();
    makeDatabase(`${folder}/a.db`, 'CREATE TABLE t (a)');
    makeDatabase(`${folder}/live.db`, 'CREATE TABLE t (a)');
    const session = await testWorkbench().connect(handleOf(`${folder}/a.db`));
    for (const before of ['', ';', ' ; ;\n', '\ufeff', '--x\n', '/**/', '/*;*/;--\n', '\f', '\v', '\u00a0'])
      for (const sql of [`ATTACH '${folder}/live.db' AS x`, `VACUUM INTO '${folder}/new.db'`])
        await expect(session.execute(before + sql), JSON.stringify(before)).rejects.toThrow();
    expect(await session.query("SELECT name FROM pragma_database_list WHERE name <> 'temp'")).toEqual([
      { name: 'main' },
    ]);
    expect(existsSync(`${folder}/new.db`)).toBe(false);
  });

  it.each(['rehearse', 'run'] as const)('reach nothing when a plan asks to %s them', async (how) => {
    const walk = walkOn({ ...SHOP });
    const live = `${walk.root}/live.db`;
    walk.write(
      'migrations/20260102000000_out.sql',
      `-- lockkeeper: no-transaction\n-- UP\nATTACH '${live}' AS live;\nDELETE FROM live.customers;\n`,
    );
    const before = readFileSync(live);
    const { plan } = await preview(walk.call, {}, { operation: 'run' });
    if (how === 'rehearse') expect((await tryOut(walk.call, plan?.id ?? '')).rehearsal.succeeded).toBe(false);
    else expect(await perform(walk.call, plan?.id ?? '')).not.toMatchObject({ outcome: 'done' });
    expect(readFileSync(live).equals(before)).toBe(true);
  });
});
