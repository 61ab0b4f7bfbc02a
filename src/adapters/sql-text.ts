import type { EngineId } from '../core/ids.ts';

const ENGINE_MARKS: readonly (readonly [EngineId, RegExp])[] = [
  [
    'postgres',
    /\b(BIG|SMALL)?SERIAL\b(?!\s*DEFAULT VALUE)|\bJSONB\b|\bTIMESTAMPTZ\b|\bBYTEA\b|\$\$|\bCREATE EXTENSION\b|\bplpgsql\b|\bCREATE TYPE\b|\bINDEX CONCURRENTLY\b|::\w+|\bGENERATED (ALWAYS|BY DEFAULT) AS IDENTITY\b|\bgen_random_uuid\(|\bUSING (gin|gist)\b/i,
  ],
  [
    'mysql',
    /\bAUTO_INCREMENT\b|\bENGINE\s*=\s*InnoDB\b|\bDEFAULT CHARSET\b|\bCHARACTER SET\b|\bUNSIGNED\b|\bMEDIUMTEXT\b|\bLONGTEXT\b|\bTINYINT\(|\bALGORITHM\s*=|\bON UPDATE CURRENT_TIMESTAMP\b/i,
  ],
  ['sqlite', /\bAUTOINCREMENT\b|\bWITHOUT ROWID\b|^\s*PRAGMA\b|\bsqlite_master\b|\bstrftime\(|\bdatetime\('now'/im],
];

const FOLDER_WORDS: readonly (readonly [RegExp, EngineId])[] = [
  [/^(postgres(ql)?|pg|pgsql)$/i, 'postgres'],
  [/^mysql$/i, 'mysql'],
  [/^mariadb$/i, 'mariadb'],
  [/^(sqlite3?|libsql|d1)$/i, 'sqlite'],
];

/** The engine that SQL text is written for, where its folder's name or the text leaves no doubt. */
export function engineOfSql(text: string, folder: string): EngineId | 'unknown' {
  for (const part of folder.split('/').reverse()) {
    const named = FOLDER_WORDS.find(([pattern]) => pattern.test(part))?.[1];
    if (named) return named;
  }
  const code = text
    .replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
    .replace(/'(?:''|[^'])*'/g, (string) => (string.length > 12 ? "''" : string));
  const marked = ENGINE_MARKS.filter(([, pattern]) => pattern.test(code));
  return marked.length === 1 ? (marked[0]?.[0] ?? 'unknown') : 'unknown';
}
