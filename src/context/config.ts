import { z } from 'zod';
import { LockkeeperError } from '../core/errors.ts';
import type { WorkspaceFiles } from '../core/ports.ts';
import { plain } from '../core/untrusted.ts';
import { Secret } from '../io/secret.ts';

export const CONFIG_FILE = 'lockkeeper.config.json';

const HAZARDS = [
  'deletes-data',
  'irreversible',
  'rewrites-table',
  'scans-table',
  'blocks-reads',
  'blocks-writes',
  'breaks-clients',
  'non-transactional',
  'fails-on-data',
  'opaque',
] as const;

/** A URL is taken in as a secret at once, so that no message about the configuration can repeat it. */
const urlSource = z.union([
  z
    .string()
    .min(1)
    .transform((url) => ({ url: Secret.of(url) })),
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1), variable: z.string().min(1) }),
]);

const schema = z.strictObject({
  $schema: z.string().optional(),
  environments: z
    .record(
      z.string().min(1),
      z.strictObject({
        url: urlSource.optional(),
        protected: z.boolean().optional(),
        kind: z.enum(['production', 'staging', 'development', 'test']).optional(),
      }),
    )
    .optional(),
  policy: z
    .strictObject({
      /** Environments that ask a person although the built-in policy would not. */
      requireConsent: z.array(z.string().min(1)).optional(),
      /** Kinds of hazard that never run. */
      forbid: z.array(z.enum(HAZARDS)).optional(),
    })
    .optional(),
  backups: z.strictObject({ folder: z.string().min(1) }).optional(),
  shadow: z.strictObject({ url: urlSource }).optional(),
  migrations: z.strictObject({ dir: z.string().min(1).optional(), table: z.string().min(1).optional() }).optional(),
});

/** lockkeeper.config.json: where environments are, and policy that can only tighten. */
export type Config = z.infer<typeof schema>;
export type UrlSource = z.infer<typeof urlSource>;

/** The workspace's configuration; empty where there is none. Throws CONFIG.INVALID, naming the field. */
export async function readConfig(files: WorkspaceFiles): Promise<Config> {
  const text = await files.read(CONFIG_FILE);
  if (text === undefined) {
    // A file that cannot be read must not pass for one that says nothing: it may protect something.
    if (files.paths.includes(CONFIG_FILE)) throw invalid('it is too large or not UTF-8 text');
    return {};
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw invalid('it is not JSON');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.slice(0, 5).map(sentenceOf).join('; '));
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  const field = issue.path.map((part) => plain(String(part), 60)).join('.') || 'the file';
  if (issue.code === 'unrecognized_keys')
    return `${field} has ${issue.keys.map((key) => plain(key, 60)).join(', ')}, which lockkeeper does not know`;
  if (issue.code === 'invalid_union')
    return `${field} must be a URL, { "env": NAME } or { "file": PATH, "variable": NAME }`;
  return `${field}: ${plain(issue.message)}`;
}

function invalid(what: string): LockkeeperError {
  return new LockkeeperError('CONFIG.INVALID', `${CONFIG_FILE} cannot be used: ${what}. Nothing was connected to.`, {
    next: [{ kind: 'edit-file', label: `Correct ${CONFIG_FILE}` }],
  });
}
