import { defineConfig } from 'vitest/config';

// `fast` needs nothing but Node; `servers` starts real database servers (see test/provision).
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
          exclude: ['test/**/*.server.test.ts', 'test/corpora/**', 'test/guards/**'],
        },
      },
      { test: { ...shared, name: 'servers', include: ['test/**/*.server.test.ts'] } },
      { test: { ...shared, name: 'guards', include: ['test/guards/**/*.test.ts'] } },
      { test: { ...shared, name: 'corpora', include: ['test/corpora/**/*.test.ts'] } },
    ],
  },
});
