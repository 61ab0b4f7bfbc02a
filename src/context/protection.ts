import { sep } from 'node:path';
import type { EnvironmentKind } from '../core/environment.ts';
import { plain } from '../core/untrusted.ts';
import type { DescribedUrl } from '../io/database-url.ts';

/** All that is known of an environment before anyone connects to it. */
export interface Signs {
  readonly name: string;
  readonly url?: DescribedUrl;
  /** Absolute path of the workspace: words in the path that leads to it are not about the database. */
  readonly root: string;
  /** Variables such as NODE_ENV, with where they stand. */
  readonly modes: readonly { readonly variable: string; readonly value: string; readonly where: string }[];
  readonly configured?:
    | { readonly protected?: boolean | undefined; readonly kind?: EnvironmentKind | undefined }
    | undefined;
}

export interface Judgement {
  readonly kind: EnvironmentKind;
  readonly protected: boolean;
  readonly evidence: readonly string[];
}

const PRODUCTION = /^(production|prod|prd|live|preprod|preproduction)\d*$/;
const STAGING = /^(staging|stage|stg|uat)\d*$/;
/** Written together with another word, as in `shopprod`. `live` and `stage` end too many harmless words. */
const GRAFTED = /[a-z](?<!\bre)(production|prod|staging)\d*$/;

/** Harmless only with proof (P5): a development or test environment, on this machine or a private development name, and nothing that speaks for production. */
export function judge(signs: Signs): Judgement {
  const against = [...namesAgainst(signs), ...modesAgainst(signs)];
  const named = kindNamed(signs.name);
  const given = signs.configured?.kind ?? named;
  const near = signs.url === undefined ? undefined : nearness(signs.url);
  const evidence = against.map(({ why }) => why);
  if (signs.configured?.protected === true) evidence.push('lockkeeper.config.json protects it');
  if (given !== 'development' && given !== 'test' && against.length === 0)
    evidence.push(`nothing says that ${plain(signs.name, 60)} is for development or tests`);
  if (signs.url === undefined) evidence.push('no URL was found, so nothing proves it harmless');
  else if (near?.private === false) evidence.push(near.why);
  const isProtected = evidence.length > 0;
  if (signs.configured?.protected === false && isProtected)
    evidence.push(
      'lockkeeper.config.json says "protected": false; configuration can only tighten, so it stays protected',
    );
  if (!isProtected && near) evidence.push(`${given} environment`, near.why);
  const worst = against.find(({ kind }) => kind === 'production')?.kind ?? against[0]?.kind;
  // A development environment somewhere else on the network is not known to be one.
  const unproven = near?.private === false && (given === 'development' || given === 'test') ? 'unknown' : given;
  return { kind: worst ?? unproven, protected: isProtected, evidence };
}

/** What the words of a name say; `unknown` where they say nothing. */
export function kindNamed(name: string): EnvironmentKind {
  const found = kindOfWords(name);
  if (found) return found;
  const words = wordsOf(name);
  if (words.some((word) => /^(dev|devel|develop|development|local)\d*$/.test(word))) return 'development';
  return words.some((word) => /^(test|testing|tests|ci)\d*$/.test(word)) ? 'test' : 'unknown';
}

function kindOfWords(text: string): 'production' | 'staging' | undefined {
  const words = wordsOf(text);
  if (words.some((word) => PRODUCTION.test(word))) return 'production';
  if (words.some((word) => STAGING.test(word))) return 'staging';
  const grafted = words.map((word) => GRAFTED.exec(word)?.[1]).find((word) => word !== undefined);
  return grafted === undefined ? undefined : grafted === 'staging' ? 'staging' : 'production';
}

function wordsOf(text: string): readonly string[] {
  return text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

interface Against {
  readonly kind: 'production' | 'staging';
  readonly why: string;
}

function namesAgainst({ name, url, root }: Signs): readonly Against[] {
  const found: Against[] = [];
  const look = (what: string, text: string | undefined) => {
    const kind = text === undefined ? undefined : kindOfWords(text);
    if (kind) found.push({ kind, why: `the ${what} ${plain(text ?? '', 80)} says ${kind}` });
  };
  look("environment's name", name);
  const inside = (path: string | undefined) => (path?.startsWith(root + sep) ? path.slice(root.length + 1) : path);
  look(url?.path === undefined ? "database's name" : "database file's path", inside(url?.path) ?? url?.database);
  look('link to the database file', inside(url?.linkedFrom));
  look('host', url?.host);
  return found;
}

function modesAgainst({ modes }: Signs): readonly Against[] {
  return modes.flatMap(({ variable, value, where }) => {
    const kind = kindOfWords(value);
    return kind ? [{ kind, why: `${variable} is ${plain(value, 60)} in ${plain(where, 80)}` }] : [];
  });
}

function nearness(url: DescribedUrl): { private: boolean; why: string } {
  if (url.engine === 'unknown') return { private: false, why: 'the kind of database is unknown' };
  if (url.host === undefined)
    return { private: true, why: url.path === undefined ? 'a database in memory' : 'a SQLite file' };
  const far = url.host.split(',').find((host) => !isPrivateName(host));
  return far === undefined
    ? { private: true, why: `the host ${plain(url.host, 80)} is this machine or a private development name` }
    : { private: false, why: `the host ${plain(far, 80)} is neither this machine nor a private development name` };
}

function isPrivateName(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (name.startsWith('/')) return true;
  if (
    /^(localhost|127(\.\d{1,3}){3}|::1|0:0:0:0:0:0:0:1|::ffff:127(\.\d{1,3}){3}|0\.0\.0\.0|host\.docker\.internal)$/.test(
      name,
    )
  )
    return true;
  // Kubernetes' own names end in .local too, and say nothing about development.
  if (/\.(localhost|local|test)$/.test(name)) return !/\.cluster\.local$|^svc\./.test(name);
  // A service of docker compose: one word. Digits alone are an address in another spelling.
  return /^[a-z_][a-z0-9_-]*$/.test(name);
}
