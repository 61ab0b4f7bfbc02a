import type { Answer } from '../../mcp/define-tool.ts';
import type { Colors } from '../screen.ts';
import { Painted, pairs, table } from './table.ts';
import { clean, count } from './text.ts';

interface Environment {
  readonly name: string;
  readonly kind: string;
  readonly urlSource: string;
  readonly engine: string;
  readonly protected: boolean;
  readonly url?: string;
}

interface Project {
  readonly id: string;
  readonly tool: string;
  readonly toolVersion?: string;
  readonly root: string;
  readonly engine: string;
  readonly migrationsDir: string;
  readonly confidence: number;
  readonly evidence: readonly string[];
  readonly history: { readonly count: number; readonly latest?: string };
  readonly environments: readonly Environment[];
}

export function renderDetected(answer: Answer, colors: Colors): string | undefined {
  if (answer.error) return undefined;
  const projects = (answer.projects ?? []) as readonly Project[];
  const ignored = (answer.ignored ?? []) as readonly { path: string; reason: string }[];
  const recommended = answer.recommended as { tool: string; reason: string } | undefined;
  const parts = projects.map((project) => renderProject(project, colors));
  if (projects.length === 0) parts.push('No migration setup was found.');
  const loose = (answer.environments ?? []) as readonly Environment[];
  if (loose.length > 0) parts.push(renderEnvironments(loose, colors));
  if (recommended) parts.push(`Recommended: ${colors.bold(clean(recommended.tool))}. ${clean(recommended.reason)}`);
  if (ignored.length > 0)
    parts.push(
      table(
        ['looks like migrations and is not', 'because'],
        ignored.map((one) => [one.path, one.reason]),
        colors,
      ),
    );
  return parts.join('\n\n');
}

function renderProject(project: Project, colors: Colors): string {
  const { history } = project;
  const head = pairs(
    [
      ['Project', `${colors.bold(clean(project.id))}  ${Math.round(project.confidence * 100)} % sure`],
      ['Tool', `${clean(project.tool)} ${clean(project.toolVersion ?? '')}, ${clean(project.engine)}`],
      [
        'Migrations',
        `${clean(project.migrationsDir)}: ${count(history.count, 'migration')}${history.latest === undefined ? '' : `, the latest ${clean(history.latest)}`}`,
      ],
      ['Because', project.evidence.map((one) => clean(one, 200)).join('; ')],
    ],
    colors,
  );
  return project.environments.length === 0 ? head : `${head}\n\n${renderEnvironments(project.environments, colors)}`;
}

function renderEnvironments(environments: readonly Environment[], colors: Colors): string {
  return table(
    ['environment', 'kind', 'engine', 'url from', 'writes'],
    environments.map((one) => [
      one.name,
      one.kind,
      one.engine,
      one.url === undefined ? one.urlSource : `${one.urlSource} (${one.url})`,
      new Painted(one.protected ? 'ask a person' : 'free', one.protected ? colors.red : colors.green),
    ]),
    colors,
  );
}
