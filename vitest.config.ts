import { defineConfig } from 'vitest/config';

// `fast` needs nothing but Node and is the inner loop; `programs` starts lockkeeper as a program, or embedded PostgreSQL; `servers`
// starts real database servers (see test/provision).
const PROGRAMS = [
  'test/cli/**/*.test.ts',
  'test/mcp/clients.test.ts',
  'test/io/pglite.test.ts',
  'test/engines/postgres/{alter,change,identify,inspect}.test.ts',
];
const SERVERS = ['test/**/*.server.test.ts'];
const shared = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
  globalSetup: ['test/support/global-setup.ts'],
  setupFiles: ['test/support/user-folder.ts'],
};
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [...SERVERS, ...PROGRAMS, 'test/corpora/**', 'test/guards/**'],
        },
      },
      { test: { ...shared, name: 'programs', include: PROGRAMS, exclude: SERVERS } },
      { test: { ...shared, name: 'servers', include: SERVERS } },
      { test: { ...shared, name: 'guards', include: ['test/guards/**/*.test.ts'] } },
      { test: { ...shared, name: 'corpora', include: ['test/corpora/**/*.test.ts'] } },
    ],
  },
});
