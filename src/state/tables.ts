/** Everything lockkeeper remembers of a workspace. Values that are looked for are columns; the rest is JSON. */
export const TABLES = `
CREATE TABLE IF NOT EXISTS plans (
  id TEXT PRIMARY KEY, digest TEXT NOT NULL, plan TEXT NOT NULL, request TEXT NOT NULL,
  created_at TEXT NOT NULL, expires_at TEXT NOT NULL, seal TEXT NOT NULL, spent_at TEXT
);
CREATE TABLE IF NOT EXISTS consents (
  id INTEGER PRIMARY KEY AUTOINCREMENT, plan_digest TEXT NOT NULL, channel TEXT NOT NULL,
  granted_at TEXT NOT NULL, expires_at TEXT NOT NULL, seal TEXT NOT NULL, spent_at TEXT
);
CREATE TABLE IF NOT EXISTS backups (
  id TEXT PRIMARY KEY, database_fingerprint TEXT NOT NULL, taken_at TEXT NOT NULL, manifest TEXT NOT NULL, seal TEXT
);
CREATE TABLE IF NOT EXISTS rehearsals (
  id INTEGER PRIMARY KEY AUTOINCREMENT, plan_digest TEXT NOT NULL, at TEXT NOT NULL, rehearsal TEXT NOT NULL, seal TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS runs (
  id TEXT PRIMARY KEY, plan_id TEXT NOT NULL, operation TEXT NOT NULL, environment TEXT NOT NULL, process TEXT NOT NULL,
  started_at TEXT NOT NULL, finished_at TEXT, outcome TEXT NOT NULL, backup_id TEXT
);
CREATE TABLE IF NOT EXISTS run_steps (
  run_id TEXT NOT NULL REFERENCES runs (id), position INTEGER NOT NULL, title TEXT NOT NULL, status TEXT NOT NULL,
  ms INTEGER NOT NULL DEFAULT 0, message TEXT, PRIMARY KEY (run_id, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (
  position INTEGER PRIMARY KEY, at TEXT NOT NULL, event TEXT NOT NULL, data TEXT NOT NULL,
  previous TEXT NOT NULL, hash TEXT NOT NULL
);
`;
