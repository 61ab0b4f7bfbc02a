import type { ToolDefinition } from '../define-tool.ts';
import { analyzeMigration } from './analyze-migration.ts';
import { backup } from './backup.ts';
import { detectTool } from './detect-tool.ts';
import { diffSchemas } from './diff-schemas.ts';
import { generateMigration } from './generate-migration.ts';
import { migrationStatus } from './migration-status.ts';
import { planOperation } from './plan-operation.ts';
import { rehearse } from './rehearse.ts';
import { rollback } from './rollback.ts';
import { runMigrations } from './run-migrations.ts';
import { seed } from './seed.ts';

/** One line per MCP tool, in the order in which they are usually called. */
export const TOOLS: readonly ToolDefinition[] = [
  detectTool,
  migrationStatus,
  planOperation,
  analyzeMigration,
  rehearse,
  backup,
  diffSchemas,
  generateMigration,
  runMigrations,
  rollback,
  seed,
];
