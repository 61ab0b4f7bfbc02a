import type { Context, OperationRequest } from '../../core/migration-tool.ts';
import type { Draft } from '../../core/plan.ts';

/** The usual folders with a first file that shows the form; nothing that is there is touched. */
export async function planSetup(_request: OperationRequest, { project, reader }: Context): Promise<readonly Draft[]> {
  const seeds = project.root === '' || project.root === '.' ? 'seeds' : `${project.root}/seeds`;
  const files = [
    { path: `${project.migrationsDir}/README.md`, contents: MIGRATIONS_README },
    { path: `${seeds}/README.md`, contents: SEEDS_README },
  ];
  const drafts: Draft[] = [];
  for (const { path, contents } of files) {
    if ((await reader.file(path)) !== undefined) continue;
    drafts.push({ title: `Write ${path}`, action: { kind: 'write-file', path, contents }, statements: [], reads: [] });
  }
  return drafts;
}

const MIGRATIONS_README = `# Migrations

One file per change, named \`YYYYMMDDHHMMSS_what_it_does.sql\`, run in the order of the numbers, each in a transaction of its own:

\`\`\`sql
-- UP
ALTER TABLE users ADD COLUMN phone text;

-- DOWN
ALTER TABLE users DROP COLUMN phone;
\`\`\`

Where a statement refuses a transaction (CREATE INDEX CONCURRENTLY), put \`-- lockkeeper: no-transaction\` above \`-- UP\`.
Never edit a file once it has run anywhere that matters: write the next one.
`;

const SEEDS_README = `# Seeds

Rows every environment needs stand here, those of one environment in a folder of its name. Write each file so that running it
twice changes nothing (\`INSERT … ON CONFLICT DO NOTHING\`): lockkeeper runs it twice on a copy before it runs it once for real.
A file that needs another first says so in its head: \`-- depends: countries\`.
`;
