/** Spaces, comments and empty statements, as SQLite's tokenizer passes over them. Each alternative begins with a character of its own. */
const BEFORE_A_STATEMENT = /^(?:[\s;\ufeff]|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$))*/;

export const STAYS_INSIDE =
  'ATTACH and VACUUM INTO reach other files than the database that was looked at, planned for and approved, so lockkeeper never runs them. The statement was not run. Move data between files with a program of your own.';

/**
 * True for the two statements with which SQLite writes to other files than the open one (lang_attach.html, lang_vacuum.html): a copy
 * would be left through them, and so would the database that an approval names. load_extension() is off in better-sqlite3, and neither
 * statement can stand in a trigger, a view or an EXPLAIN that runs it.
 */
export function leavesTheFile(sql: string): boolean {
  const statement = sql.slice(BEFORE_A_STATEMENT.exec(sql)?.[0].length);
  return (
    /^attach(?![\w$\u0080-\uffff])/i.test(statement) || /^vacuum(?![\w$\u0080-\uffff])[\s\S]*\binto\b/i.test(statement)
  );
}
