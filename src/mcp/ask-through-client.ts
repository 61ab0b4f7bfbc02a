import { randomBytes } from 'node:crypto';
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { AnswerAwaited, type Person, type PersonAnswer, type Question } from './ask.ts';

const FIELD = 'databaseName';
const KEY = 'consent';

/** What travels through the client between question and answer: signed, so that an answer is one to the question that was asked. */
interface Pending {
  readonly planDigest: string;
  readonly tool: string;
}

/** One connection's questions: which plans were refused in it, and the key that signs what is pending. */
export class Asking {
  /** A plan that was refused asks no more here. */
  readonly #refused = new Set<string>();
  readonly codec = createRequestStateCodec<Pending>({ key: randomBytes(32), ttlSeconds: 900 });

  /** The person behind one tool call. `declared` is what the client said at the start, for protocol revisions that say it once. */
  personFor(tool: string, context: ServerContext, declared: ClientCapabilities | undefined): Person {
    const reachable = canShowForms(context, declared);
    return {
      channel: 'elicitation',
      reachable,
      ask: async (question) => this.#ask(question, tool, context, reachable),
      refused: ({ planDigest }) => void this.#refused.add(planDigest),
    };
  }

  /** What a tool call returns to have its question put to the person. */
  async request({ question }: AnswerAwaited, tool: string): Promise<InputRequiredResult> {
    return inputRequired({
      inputRequests: {
        [KEY]: inputRequired.elicit({
          mode: 'form',
          message: question.message,
          requestedSchema: {
            type: 'object',
            properties: {
              [FIELD]: {
                type: 'string',
                title: 'Name of the database',
                description: 'Type it as it stands above to let the plan run.',
              },
            },
            required: [FIELD],
          },
        }),
      },
      requestState: await this.codec.mint({ planDigest: question.planDigest, tool }),
    });
  }

  #ask(question: Question, tool: string, context: ServerContext, reachable: boolean): PersonAnswer {
    if (this.#refused.has(question.planDigest)) return { kind: 'declined' };
    if (!reachable) return { kind: 'cannot-ask' };
    // The SDK has checked the signature before the tool was called.
    const pending = context.mcpReq.requestState<Pending>();
    const said = inputResponse(context.mcpReq.inputResponses, KEY);
    const ours = typeof pending === 'object' && pending.planDigest === question.planDigest && pending.tool === tool;
    if (!ours || said.kind !== 'elicit') throw new AnswerAwaited(question);
    // inputResponse, not acceptedContent: there a "no" and an answer that never came look the same.
    const text = said.action === 'accept' ? said.content?.[FIELD] : undefined;
    if (typeof text === 'string') return { kind: 'answered', text };
    this.#refused.add(question.planDigest);
    return { kind: 'declined' };
  }
}

/** An empty object means forms: the mode was added when URLs came (specification 2025-11-25, client/elicitation). */
function canShowForms({ mcpReq }: ServerContext, declared: ClientCapabilities | undefined): boolean {
  // From revision 2026-07-28 on every request says what its client can do; the SDK leaves the envelope's keys untyped.
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {};
  const now = (envelope[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined) ?? declared;
  const elicitation = now?.elicitation;
  if (elicitation === undefined) return false;
  return 'form' in elicitation ? elicitation.form !== undefined : !('url' in elicitation);
}
