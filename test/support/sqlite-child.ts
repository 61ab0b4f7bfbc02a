// A process for the tests to kill. Says `ready` or `midway` and what it did on stdout.
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { backup } from '../../src/engines/sqlite/backup.ts';
import { urlOfFile } from '../../src/engines/sqlite/facts.ts';
import { fingerprint } from '../../src/engines/sqlite/fingerprint.ts';
import { lock } from '../../src/engines/sqlite/lock.ts';
import { restore } from '../../src/engines/sqlite/restore.ts';
import { createWorkbench } from '../../src/io/workbench.ts';

const [task = '', file = '', other = ''] = process.argv.slice(2);
let stopAt = Number(process.argv[5] ?? 2);
const bench = createWorkbench({
  root: '/',
  signal: new AbortController().signal,
  progress(message, fraction = 0) {
    if (message !== 'Copying pages' || fraction < stopAt) return;
    stopAt = 2;
    process.stdout.write(`midway ${fraction}\n`);
    hold();
  },
});

/** Stands still in the middle of everything, locks held, until it is killed. */
function hold(): never {
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const database = bench.handle(urlOfFile(file));
if (task === 'backup') await backup(bench, database, { kind: 'full' }, other);
else if (task === 'fingerprint') await fingerprint(await bench.connect(database, { readOnly: true }));
else if (task === 'restore') await restore(bench, other, database, { replace: true });
else if (task === 'lock') {
  const session = await bench.connect(database);
  const result = await lock(bench, session, database, other);
  process.stdout.write(`ready ${result.held ? 'held' : result.by}\n`);
  process.stdin.once('data', async () => {
    if (result.held) await result.release();
    process.exit(0);
  });
  await new Promise(() => setInterval(() => {}, 1_000));
} else if (task === 'writer') {
  // Commits one row after another, and leaves the last transaction open.
  const writer = new Database(file, { timeout: 10_000 });
  const insert = writer.prepare("INSERT INTO t (a, b) VALUES ('written meanwhile', 1)");
  process.stdout.write('ready\n');
  let rows = 0;
  setInterval(() => {
    for (let i = 0; i < 20; i++) rows += insert.run().changes;
    if (rows === 200) process.stdout.write('busy\n');
  }, 1);
} else if (task === 'open-transaction') {
  const writer = new Database(file);
  writer.exec(other);
  process.stdout.write('ready\n');
  setInterval(() => {}, 1_000);
}
process.stdout.write(`peak ${/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}\n`);
process.stdout.write('done\n');
