// Bundles the entry points into dist/. Bundled, because an MCP client waits for `tools/list` at every start: one file
// loads in half the time of the SDK's many. Drivers and parsers stay outside the bundle and load on first use.
import { chmodSync } from 'node:fs';
import { build } from 'esbuild';

await build({
  entryPoints: ['src/main.ts', 'src/io/pglite-host.ts', 'src/io/pglite-dump-host.ts'],
  outdir: 'dist',
  entryNames: '[name]',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  minifySyntax: true,
  sourcemap: 'linked',
  external: ['better-sqlite3', 'pg', 'mysql2', 'libpg-query', '@electric-sql/*', 'execa'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync('dist/main.js', 0o755);
