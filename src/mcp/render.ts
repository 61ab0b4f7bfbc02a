import { plain } from '../core/untrusted.ts';
import type { Answer } from './define-tool.ts';

/** The structured answer is the whole; the text is for clients and people that show only text. */
const LONGEST = 1_800;

/** A short text beside the structured answer: how it ended, why, the most important facts, and what to do next. */
export function renderAnswer(tool: string, answer: Answer): string {
  const lines = [
    `${tool}: ${answer.outcome}${answer.error ? ` (${answer.error.code})` : ''}`,
    ...(answer.error ? [answer.error.message] : []),
    ...facts(answer),
    ...answer.next
      .slice(0, 4)
      .map(
        ({ kind, label, tool: called, args }) =>
          `next: ${label}${kind === 'call-tool' && called ? ` → ${called} ${JSON.stringify(args ?? {})}` : ''}`,
      ),
  ];
  const text = lines.join('\n');
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (see the structured answer)`;
}

/** Single values as they are, lists as their length; what lists hold stands in the structured answer. */
function facts(answer: Answer): readonly string[] {
  const shown = Object.entries(answer).flatMap(([name, value]) => {
    if (name === 'outcome' || name === 'error' || name === 'next' || value === undefined) return [];
    if (Array.isArray(value)) return [`${name}: ${value.length}`];
    if (value === null || typeof value !== 'object') return [`${name}: ${short(value)}`];
    const inner = Object.entries(value).filter(([, one]) => one === null || typeof one !== 'object');
    return inner.length === 0
      ? []
      : [
          `${name}: ${inner
            .slice(0, 6)
            .map(([key, one]) => `${key} ${short(one)}`)
            .join(', ')}`,
        ];
  });
  return [...shown, ...hazards(answer)];
}

function hazards(answer: Answer): readonly string[] {
  const steps = Array.isArray(answer.steps) ? answer.steps : [];
  const found = [
    ...steps.flatMap((step: { hazards?: unknown }) => (Array.isArray(step.hazards) ? step.hazards : [])),
    ...listOf(answer.hazards),
    ...listOf(answer.findings),
  ];
  return found
    .slice(0, 5)
    .map(
      (hazard: { severity?: unknown; rule?: unknown; message?: unknown }) =>
        `${short(hazard.severity)} ${short(hazard.rule)}: ${short(hazard.message)}`,
    );
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

function short(value: unknown): string {
  const text = String(value);
  // What was fenced stays fenced: taking the marks out would let foreign words pass for ours.
  return text.includes('⟪') ? text.slice(0, 400) + (text.length > 400 ? '…⟫' : '') : plain(text, 200);
}
