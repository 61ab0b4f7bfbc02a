import { describe, expect, it } from 'vitest';
import { DETECTORS } from '../../../src/adapters/detectors.ts';
import { MIGRATION_TOOLS } from '../../../src/core/ids.ts';
import { workspaceOf } from '../../support/workspace.ts';

describe('DETECTORS', () => {
  it('has every migration tool once, in the order in which they are preferred', () => {
    expect(DETECTORS.map(({ facts }) => facts.id)).toEqual(MIGRATION_TOOLS);
  });

  it.each(DETECTORS.map(({ facts }) => [facts.id, facts] as const))('%s has facts to check', (id, facts) => {
    if (id !== 'raw-sql') expect(facts.docs).toMatch(/^https:\/\//);
    expect(facts.historyTable).not.toBe('');
    expect(facts.engines.length).toBeGreaterThan(0);
  });

  it.each(DETECTORS.map((detector) => [detector.facts.id, detector] as const))(
    '%s finds nothing in nothing',
    async (_id, { detect }) => {
      expect(await detect(await workspaceOf({ 'readme.md': '', 'src/index.ts': 'export {};' }))).toEqual({
        projects: [],
        ignored: [],
      });
    },
  );

  it.each(DETECTORS.map((detector) => [detector.facts.id, detector] as const))(
    '%s survives broken configuration',
    async (_id, { detect }) => {
      const broken = '{"[(`\'unclosed';
      const names = [
        'package.json',
        'schema.prisma',
        'prisma.config.ts',
        'drizzle.config.ts',
        'drizzle/meta/_journal.json',
        'knexfile.js',
        'ormconfig.json',
        'ormconfig.yml',
        'src/data-source.ts',
        '.sequelizerc',
        'config/config.json',
        'alembic.ini',
        'pyproject.toml',
        'migrations/env.py',
        'manage.py',
        'migrate-mongo-config.js',
        'migrations/1_a.sql',
        'diesel.toml',
        'Cargo.toml',
        'flyway.toml',
        'flyway.conf',
        'application.yml',
        'pom.xml',
      ];
      await detect(await workspaceOf(Object.fromEntries(names.map((name) => [name, broken]))));
    },
  );

  it('never runs configuration', async () => {
    const bomb = "globalThis.lockkeeperBomb = true; throw new Error('run'); process.exit(3)";
    const files = await workspaceOf({
      'package.json': '{"dependencies":{"typeorm":"0.3","sequelize-cli":"6"}}',
      'knexfile.js': bomb,
      'prisma.config.ts': bomb,
      'drizzle.config.mjs': bomb,
      'ormconfig.js': bomb,
      '.sequelizerc': bomb,
      'config/config.js': bomb,
      'migrate-mongo-config.js': bomb,
    });
    const found = await Promise.all(DETECTORS.map(({ detect }) => detect(files)));
    expect(found.flatMap(({ projects }) => projects).length).toBeGreaterThan(4);
    expect(globalThis).not.toHaveProperty('lockkeeperBomb');
  });
});
