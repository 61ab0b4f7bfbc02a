// npm run bench [name …]: runs the benchmarks one after the other and writes what they measured into BENCHMARKS.md.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const wanted = process.argv.slice(2);
const names = readdirSync(join(root, 'bench'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3))
  .filter((name) => wanted.length === 0 || wanted.includes(name));

execFileSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' });
const folder = join(root, 'node_modules', '.cache', 'lockkeeper-bench');
rmSync(folder, { recursive: true, force: true });
await build({
  entryPoints: names.map((name) => join(root, 'bench', `${name}.ts`)),
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});

const sections = [];
let allHold = true;
for (const name of names) {
  console.log(`\n${name} …`);
  const { run } = await import(pathToFileURL(join(folder, `${name}.mjs`)).href);
  const measured = await run();
  allHold &&= measured.holds;
  const text = section(name, measured);
  console.log(text);
  sections.push({ name, text });
}

if (wanted.length === 0) writeFileSync(join(root, 'BENCHMARKS.md'), page(sections));
else replaceSections(sections);
process.exit(allHold ? 0 : 1);

/** `run` of each benchmark gives { name, rows: [{ … }], bound, holds }. */
function section(file, { name, rows, bound, holds }) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const table = [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map((column) => row[column] ?? ''))),
  ].join('\n');
  return `## ${name}\n\nBound: ${bound}. **${holds ? 'Holds.' : 'Does not hold.'}** (\`npm run bench ${file}\`)\n\n${table}\n`;
}

function page(all) {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Linux ${release()} ${arch()}, Node ${process.version}`;
  return `# Benchmarks\n\nWritten by \`npm run bench\`; each figure is paired with its peer in one run.\nMachine: ${machine}. Date: ${new Date().toISOString().slice(0, 10)}.\n\n${all.map(({ text }) => text).join('\n')}`;
}

function replaceSections(some) {
  let text;
  try {
    text = readFileSync(join(root, 'BENCHMARKS.md'), 'utf8');
  } catch {
    return writeFileSync(join(root, 'BENCHMARKS.md'), page(some));
  }
  for (const { name, text: fresh } of some) {
    const parts = text.split(/^(?=## )/m);
    const at = parts.findIndex((part) => part.includes(`npm run bench ${name}\``));
    if (at >= 0) parts[at] = `${fresh}\n`;
    else parts.push(`${fresh}\n`);
    text = parts.join('');
  }
  writeFileSync(join(root, 'BENCHMARKS.md'), `${text.trimEnd()}\n`);
}
