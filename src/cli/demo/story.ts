import { isThere } from '../../io/health.ts';
import { createWorkbench } from '../../io/workbench.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Invocation } from '../invocation.ts';
import { restoreBackup, rollBack } from './chapters/go-back.ts';
import { lookAround } from './chapters/look.ts';
import { failHalfWay, migrate } from './chapters/migrate.ts';
import { planThree, rehearsePlan } from './chapters/prepare.ts';
import { ChapterBroken, Teller } from './check.ts';
import type { DemoEngine } from './shop-data.ts';
import { buildStage, type Stage } from './stage.ts';

const TITLES: Readonly<Record<DemoEngine, string>> = {
  sqlite: 'A shop on SQLite',
  postgres: 'The same shop on PostgreSQL (embedded, behind its real wire protocol)',
};

/** The whole walk, once per engine, on databases that exist for this alone. Ends well only where every claim was true. */
export async function tellStory(invocation: Invocation, engines: readonly DemoEngine[]): Promise<ExitCode> {
  const { call, screen } = invocation;
  const teller = new Teller(screen);
  const bench = createWorkbench(call);
  const folder = await bench.temporaryFolder();
  // The demo's records and its seal key stay in its own folder. In the user's they would leave a note per demo behind, and answers
  // given by a program would be sealed with the key of a person. This process does nothing else, so no child process is needed.
  const usual = process.env.XDG_CONFIG_HOME;
  process.env.XDG_CONFIG_HOME = `${folder.path}/config`;
  try {
    for (const engine of engines) await tellChapter(engine, invocation, teller, `${folder.path}/${engine}`);
  } catch (error) {
    if (!call.signal.aborted) throw error;
  } finally {
    if (usual === undefined) delete process.env.XDG_CONFIG_HOME;
    else process.env.XDG_CONFIG_HOME = usual;
    await bench.dispose();
    invocation.progress.stop();
    teller.end();
  }
  if (call.signal.aborted) {
    screen.aside('Interrupted. What the demo made is gone.');
    return EXIT.interrupted;
  }
  teller.chapter('The end');
  teller.check('Nothing is left behind: folders, databases and records are gone.', !(await isThere(folder.path)));
  teller.end();
  const { claims, broken } = teller;
  const { colors } = screen;
  if (broken.length === 0)
    screen.out(`\n${colors.green(colors.bold(`All ${claims} claims were checked and true`))}, in ${teller.elapsed()}.`);
  else
    screen.out(
      `\n${colors.red(colors.bold(`${broken.length} of ${claims} claims were false:`))}\n${broken.map((claim) => `  ✗ ${claim}`).join('\n')}`,
    );
  return broken.length === 0 ? EXIT.done : EXIT.failed;
}

async function tellChapter(engine: DemoEngine, invocation: Invocation, teller: Teller, folder: string): Promise<void> {
  const { call, screen } = invocation;
  teller.chapter(TITLES[engine]);
  const bench = createWorkbench(call);
  let stage: Stage | undefined;
  try {
    stage = await buildStage(engine, folder, bench, call, (answer) => teller.saw(answer));
    const start = await stage.snapshot();
    await lookAround(stage, teller);
    const planId = await planThree(stage, teller, screen);
    await rehearsePlan(stage, teller, screen, planId);
    const backupId = await migrate(stage, teller, planId);
    await failHalfWay(stage, teller);
    await rollBack(stage, teller);
    await restoreBackup(stage, teller, backupId, start);
  } catch (error) {
    if (!(error instanceof ChapterBroken)) throw error;
  } finally {
    await stage?.end();
    await bench.dispose();
  }
}
