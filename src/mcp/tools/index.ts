import type { ToolDefinition } from '../define-tool.ts';
import { detectTool } from './detect-tool.ts';

/** One line per MCP tool, in the order in which they are usually called. */
export const TOOLS: readonly ToolDefinition[] = [detectTool];
