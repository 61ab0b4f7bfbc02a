#!/usr/bin/env node
const words = process.argv.slice(2);
const { root, rest } = takeRoot(words);

if (rest.length === 0 || (rest.length === 1 && rest[0] === 'mcp')) {
  const [{ createServer }, { serveStdio }] = await Promise.all([import('./server.ts'), import('./mcp/serve.ts')]);
  const workspace = root ?? process.env.LOCKKEEPER_ROOT ?? process.env.CLAUDE_PROJECT_DIR ?? process.cwd();
  serveStdio(() => createServer(workspace));
} else {
  const { runCommandLine } = await import('./cli/index.ts');
  process.exitCode = await runCommandLine(words);
}

/** `--root DIR` or `--root=DIR` taken out, so that what is left says whether a command was named. */
function takeRoot(all: readonly string[]): { root?: string; rest: readonly string[] } {
  const at = all.findIndex((word) => word === '--root' || word.startsWith('--root='));
  if (at < 0) return { rest: all };
  const joined = all[at]?.includes('=') === true;
  const root = joined ? all[at]?.slice('--root='.length) : all[at + 1];
  return { ...(root && { root }), rest: [...all.slice(0, at), ...all.slice(at + (joined ? 1 : 2))] };
}
