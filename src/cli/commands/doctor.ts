import type { Declare } from '../act.ts';
import type { Finding } from '../doctor/finding.ts';
import { answerOf, finish } from '../invocation.ts';
import { clean, count } from '../render/text.ts';
import type { Colors } from '../screen.ts';

/** What stands in the way of working well. */
export const doctor: Declare = (program, act) => {
  program
    .command('doctor')
    .description(
      'check this machine and workspace: versions, programs, records, key, environments, what was left behind',
    )
    .action(
      act(async (invocation) => {
        const { call, screen } = invocation;
        const { examineMachine } = await import('../doctor/machine.ts');
        const { examineWorkspace } = await import('../doctor/workspace.ts');
        call.progress('Looking around');
        const findings = [...(await examineMachine(call)), ...(await examineWorkspace(call))];
        const failed = findings.filter((finding) => finding.state === 'fail');
        const answer = answerOf(failed.length > 0 ? 'failed' : 'done', { findings });
        return finish(invocation, answer, () =>
          [
            ...findings.map((finding) => lineOf(finding, screen.colors)),
            ...(failed.length > 0 ? [`${count(failed.length, 'thing needs', 'things need')} to be put right.`] : []),
          ].join('\n'),
        );
      }),
    );
};

function lineOf({ about, state, found, advice }: Finding, colors: Colors): string {
  const mark = { ok: colors.green('ok  '), warn: colors.yellow('warn'), fail: colors.red('fail') }[state];
  const more = advice === undefined ? '' : `\n      ${colors.dim('→')} ${clean(advice)}`;
  return `${mark}  ${colors.bold(clean(about))}  ${clean(found)}${more}`;
}
