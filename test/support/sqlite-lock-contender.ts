// Takes and releases the migration lock so many times, and notes when it goes in and out.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { urlOfFile } from '../../src/engines/sqlite/facts.ts';
import { lock } from '../../src/engines/sqlite/lock.ts';
import { createWorkbench } from '../../src/io/workbench.ts';

const [file = '', log = '', name = '', times = '1'] = process.argv.slice(2);
const bench = createWorkbench({ root: '/', signal: new AbortController().signal, progress() {} });
const database = bench.handle(urlOfFile(file));
const session = await bench.connect(database);
for (let left = Number(times); left > 0; ) {
  const result = await lock(bench, session, database, name);
  if (!result.held) {
    await sleep(Math.random() * 20);
    continue;
  }
  appendFileSync(log, `${name} in\n`);
  await sleep(Math.random() * 5);
  appendFileSync(log, `${name} out\n`);
  await result.release();
  left--;
}
await bench.dispose();
