// Makes a private folder with a file in it, and ends in the way it is told.
import { writeFileSync } from 'node:fs';
import { createWorkbench } from '../../src/io/workbench.ts';

const bench = createWorkbench({ root: '/', signal: new AbortController().signal, progress() {} });
const { path } = await bench.temporaryFolder();
writeFileSync(`${path}/secret`, 'x');
process.stdout.write(`folder ${path}\n`);
await new Promise((resolve) => setTimeout(resolve, 100));
const end = process.argv[2];
if (end === 'exit') process.exit(0);
if (end === 'throw') throw new Error('(this test ends its process with an error)');
setInterval(() => {}, 1_000);
