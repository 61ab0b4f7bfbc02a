import { z } from 'zod';
import { Secret } from '../io/secret.ts';

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

/** What lockkeeper.config.json may say; strict, so that a misspelt protection is noticed. */
export const schema = z.strictObject({
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
  /** A server where shadow databases may be made and dropped, instead of one of lockkeeper's own. */
  shadow: z.strictObject({ url: urlSource }).optional(),
  migrations: z.strictObject({ dir: z.string().min(1) }).optional(),
});

/** lockkeeper.config.json: where environments are, and policy that can only tighten. */
export type Config = z.infer<typeof schema>;
export type UrlSource = z.infer<typeof urlSource>;
