import type { Colors } from '../screen.ts';
import type { Finding, Findings } from './findings.ts';
import { placeOf, renderHazard, renderSql } from './hazards.ts';
import { paintRisk } from './severity.ts';
import { count } from './text.ts';

/** Findings for a person, grouped by the statement they are about. */
export function renderLint(findings: Findings, colors: Colors): string {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings.findings) {
    const key = `${finding.file ?? ''}:${finding.line ?? ''}:${finding.statement ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const parts = [...groups.values()].map((group) => renderGroup(group, colors));
  const verdict = findings.verdict ?? 'safe';
  const unparsed =
    findings.unparsed > 0 ? `, ${count(findings.unparsed, 'statement')} could not be read and count as unsafe` : '';
  parts.push(
    `${paintRisk(verdict, colors)(verdict)}: ${count(findings.findings.length, 'finding')} in ${count(findings.statements.length, 'statement')}${unparsed}`,
  );
  return parts.join('\n\n');
}

function renderGroup(group: readonly Finding[], colors: Colors): string {
  const [first] = group;
  const place = first?.file === undefined ? [] : [colors.underline(placeOf(first))];
  const sql = first?.statement === undefined ? [] : [renderSql(first.statement, colors, '    ', 12)];
  // The place stands above the statement; said once is enough.
  const hazards = group.map(({ file: _file, line: _line, ...finding }) => renderHazard(finding, colors));
  return [...place, ...sql, ...hazards].join('\n');
}
