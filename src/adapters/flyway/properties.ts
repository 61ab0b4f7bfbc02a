import { isRecord } from '../manifests.ts';

/** Settings under `flyway.` and `spring.` of a properties, conf or YAML file, with dotted names; build files have none. */
export async function readProperties(path: string, text: string): Promise<Readonly<Record<string, string>>> {
  if (/\.ya?ml$/.test(path)) return await fromYaml(text);
  if (!/\.(conf|properties)$/.test(path)) return {};
  const settings: Record<string, string> = {};
  for (const [, key = '', value = ''] of text.matchAll(
    /^[ \t]*((?:flyway|spring)\.[\w.-]+)[ \t]*[=:][ \t]*(.*?)[ \t]*\r?$/gm,
  ))
    settings[key] = value;
  return settings;
}

async function fromYaml(text: string): Promise<Readonly<Record<string, string>>> {
  // Loaded where one is met: it takes longer to load than most workspaces take to read.
  const { parseAllDocuments } = await import('yaml');
  const settings: Record<string, string> = {};
  try {
    // One file may hold several profiles; the first that says something is the common one.
    for (const document of parseAllDocuments(text)) flatten(document.toJS(), '', settings);
  } catch {
    // Templates are often not YAML; they then say nothing.
  }
  return settings;
}

function flatten(value: unknown, prefix: string, settings: Record<string, string>): void {
  if (isRecord(value)) {
    for (const [key, inner] of Object.entries(value))
      flatten(inner, prefix === '' ? key : `${prefix}.${key}`, settings);
  } else if (/^(flyway|spring)\./.test(prefix) && (typeof value === 'string' || typeof value === 'number'))
    settings[prefix] ??= String(value);
}
