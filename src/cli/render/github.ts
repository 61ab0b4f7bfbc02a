import type { Finding, Findings } from './findings.ts';
import { clean } from './text.ts';

const COMMANDS = { info: 'notice', caution: 'warning', danger: 'error', forbidden: 'error' } as const;

/** Workflow commands of GitHub Actions, one line per finding. */
export function githubOf({ findings, error }: Findings): string {
  const lines = findings.map(annotationOf);
  if (error) lines.push(`::error title=${property(error.code)}::${data(clean(error.message))}`);
  return lines.join('\n');
}

function annotationOf(finding: Finding): string {
  const properties = [
    finding.file === undefined ? [] : [`file=${property(finding.file)}`],
    finding.line === undefined ? [] : [`line=${finding.line}`],
    [`title=${property(`lockkeeper: ${finding.rule}`)}`],
  ].flat();
  const safer = finding.saferWay && finding.saferWay.length > 0 ? `\nSafer:\n${finding.saferWay.join('\n')}` : '';
  return `::${COMMANDS[finding.severity] ?? 'warning'} ${properties.join(',')}::${data(`${finding.message}${safer}`)}`;
}

/** Escaped as actions/toolkit does (packages/core/src/command.ts): a line end or a `::` of the text must not begin a command. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
