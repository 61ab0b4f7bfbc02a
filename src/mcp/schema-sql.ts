import type { ChangeRequest, ChangeSql } from '../core/change-request.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { EngineId } from '../core/ids.ts';
import type { Schema } from '../core/schema.ts';

export interface AlterSql {
  readonly statements: readonly string[];
  /** Differences that no SQL was written for. */
  readonly leftOut: readonly string[];
  /** False where the statements cannot share one transaction. */
  readonly transaction: boolean;
}

/** An engine's way of writing SQL, loaded when it is needed. */
interface SqlWriter {
  sqlForChanges(from: Schema, to: Schema): AlterSql;
  sqlForChange(change: ChangeRequest, schema?: Schema): ChangeSql | Promise<ChangeSql>;
}

const WRITERS: Partial<Record<EngineId, () => Promise<SqlWriter>>> = {
  postgres: async () => ({
    ...(await import('../engines/postgres/alter.ts')),
    ...(await import('../engines/postgres/change.ts')),
  }),
  sqlite: async () => ({
    ...(await import('../engines/sqlite/alter.ts')),
    ...(await import('../engines/sqlite/change.ts')),
  }),
};

/** Throws ENGINE.NOT_SUPPORTED for an engine whose SQL is not written yet. */
export async function sqlWriterFor(engine: EngineId): Promise<SqlWriter> {
  const load = WRITERS[engine];
  if (load) return load();
  throw new LockkeeperError(
    'ENGINE.NOT_SUPPORTED',
    `This version of lockkeeper cannot write SQL for ${engine} yet. Nothing was written.`,
  );
}
