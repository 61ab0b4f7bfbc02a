// npm run readme: puts the demo's own output, and the table of what is driven, into the README between their marks.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = `${root}README.md`;
const demo = execFileSync(process.execPath, ['dist/main.js', 'demo'], {
  cwd: root,
  encoding: 'utf8',
  env: { ...process.env, NO_COLOR: '1' },
  maxBuffer: 1e8,
});
const support = await supportTable();

let text = readFileSync(path, 'utf8');
text = between(text, 'demo', `\`\`\`text\n${demo.trimEnd()}\n\`\`\``);
text = between(text, 'support', support.trimEnd());
writeFileSync(path, text);

/** From the adapters' own facts. */
async function supportTable() {
  const { outputFiles } = await build({
    stdin: { contents: "export { DETECTORS } from './src/adapters/detectors.ts';", resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  });
  const { DETECTORS } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  const rows = DETECTORS.map(({ facts }) => {
    const driven = facts.support === 'driven';
    return `| ${facts.label} | yes | ${driven ? 'PostgreSQL, SQLite' : 'not yet'} | \`${facts.historyTable}\` |`;
  });
  return ['| migration tool | found and named | driven on | history |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function between(page, name, contents) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(open), page.indexOf(close)];
  if (from < 0 || to < 0) throw new Error(`README.md has no marks for ${name}`);
  return `${page.slice(0, from + open.length)}\n${contents}\n${page.slice(to)}`;
}
