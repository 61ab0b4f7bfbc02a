import { closeSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ReadStream } from 'node:tty';

/** Variables that coding agents set for the commands they run. Settings that people make for themselves (AIDER_MODEL, CODEX_HOME) are not among them. */
const AGENT_MARKERS = [
  'AI_AGENT',
  'AIDER',
  'ANTIGRAVITY_AGENT',
  'AUGMENT_AGENT',
  'CLAUDECODE',
  'CLAUDE_CODE',
  'CLAUDE_CODE_IS_COWORK',
  'CLINE_ACTIVE',
  'CODEX_CI',
  'CODEX_SANDBOX',
  'CODEX_SANDBOX_NETWORK_DISABLED',
  'CODEX_THREAD_ID',
  'CRUSH',
  'CURSOR_AGENT',
  'GEMINI_CLI',
  'GOOSE_TERMINAL',
  'OPENCODE',
  'OPENCODE_CLIENT',
  'QWEN_CODE',
  'TRAE_AI_SHELL_ID',
] as const;

/** What was typed before the question stood there is no answer to it. */
const TYPED_AHEAD_MS = 150;
const DEVICE = process.platform === 'win32' ? '\\\\.\\CONIN$' : '/dev/tty';

/** True where a person can both see what is printed and type. */
export function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** Names of the set variables that say that an agent runs this command; never their values. */
export function agentMarkers(environment: NodeJS.ProcessEnv = process.env): readonly string[] {
  const set = AGENT_MARKERS.filter((name) => (environment[name] ?? '') !== '');
  // Amp, goose and others follow agents.md in setting AGENT to their name; elsewhere it is a person's own variable.
  return /^(amp|goose|claude|codex|cursor|gemini|opencode|crush)/i.test(environment.AGENT ?? '')
    ? [...set, 'AGENT']
    : set;
}

/**
 * One line from the terminal that controls this process, whatever stdin and stdout are connected to. Undefined where there is no such
 * terminal, where the line was ended without one (Ctrl-D), or where the signal came first.
 */
export async function readLineFromTerminal(prompt: string, signal?: AbortSignal): Promise<string | undefined> {
  const opened = openTerminal();
  if (opened === undefined) return undefined;
  const { input, output } = opened;
  const lines = createInterface({ input, terminal: false });
  try {
    // A line that arrives before the prompt falls on no listener.
    await new Promise((resolve) => setTimeout(resolve, TYPED_AHEAD_MS));
    if (signal?.aborted) return undefined;
    writeSync(output, prompt);
    return await new Promise<string | undefined>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
      signal?.addEventListener('abort', () => resolve(undefined), { once: true });
    });
  } finally {
    lines.close();
    input.destroy();
    closeSync(output);
  }
}

/** True where `readLineFromTerminal` has somewhere to read from. */
export function hasControllingTerminal(): boolean {
  const opened = openTerminal();
  opened?.input.destroy();
  if (opened) closeSync(opened.output);
  return opened !== undefined;
}

function openTerminal(): { readonly input: ReadStream; readonly output: number } | undefined {
  try {
    const input = new ReadStream(openSync(DEVICE, 'r'));
    input.on('error', () => {});
    return { input, output: openSync(process.platform === 'win32' ? '\\\\.\\CONOUT$' : DEVICE, 'w') };
  } catch {
    return undefined;
  }
}
