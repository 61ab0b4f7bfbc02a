import { VERSION } from '../version.ts';
import type { Finding, Findings } from './findings.ts';
import { clean } from './text.ts';

const LEVELS = { info: 'note', caution: 'warning', danger: 'error', forbidden: 'error' } as const;

/** SARIF 2.1.0 (OASIS standard), for code scanning. What failed is a notification, so that no findings never passes for no hazards. */
export function sarifOf({ findings, error }: Findings): unknown {
  const rules = [...new Set(findings.map((finding) => finding.rule))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'lockkeeper',
            version: VERSION,
            rules: rules.map((id) => ({ id, name: id, shortDescription: { text: id.replaceAll('-', ' ') } })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, rules)),
        invocations: [
          {
            executionSuccessful: error === undefined,
            ...(error && {
              toolExecutionNotifications: [
                { level: 'error', message: { text: clean(error.message) }, descriptor: { id: error.code } },
              ],
            }),
          },
        ],
      },
    ],
  };
}

function resultOf(finding: Finding, rules: readonly string[]): unknown {
  const safer = finding.saferWay && finding.saferWay.length > 0 ? `\n\nSafer:\n${finding.saferWay.join('\n')}` : '';
  return {
    ruleId: finding.rule,
    ruleIndex: rules.indexOf(finding.rule),
    level: LEVELS[finding.severity] ?? 'warning',
    message: { text: `${finding.message}${safer}` },
    ...(finding.file !== undefined && {
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: uriOf(finding.file), uriBaseId: '%SRCROOT%' },
            ...(finding.line !== undefined && { region: { startLine: Math.max(1, finding.line) } }),
          },
        },
      ],
    }),
    properties: { kind: finding.kind, severity: finding.severity },
  };
}

/** A relative URI reference; a colon in its first part would read as a scheme (RFC 3986, section 4.2). */
function uriOf(path: string): string {
  const uri = path.split('/').map(encodeURIComponent).join('/');
  return uri.split('/')[0]?.includes(':') ? `./${uri}` : uri;
}
