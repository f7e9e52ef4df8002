import type { Content } from '../../../contracts/binding.ts';
import { decodedAnswer } from './http-coding.ts';
import { isStaleSocket } from './http-failure.ts';
import { redirection } from './http-location.ts';
import { answerError } from './http-problem.ts';
import {
  type Answer,
  type HttpContext,
  HttpSending,
  isSafe,
  isSuccess,
  type OutgoingRequest,
  type StreamReceiver,
} from './http-sending.ts';

const mostRedirections = 5;
/** What may go to an origin that the form does not name: no credentials, nothing that the form adds. */
const impersonal = ['accept', 'accept-encoding', 'cache-control', 'last-event-id'];

/**
 * Sends a request and gives the successful answer, following the redirections of what is safe; a receiver gets the body
 * as it comes, and the answer when it ended. Fails with WotError, or with the signal's reason.
 */
export async function exchange(
  context: HttpContext,
  call: OutgoingRequest,
  receiver?: StreamReceiver,
): Promise<Answer> {
  let sent = call;
  for (let hops = 0; ; hops++) {
    const answer = await sendRepeatably(context, sent, receiver);
    const next = hops < mostRedirections ? redirected(sent, answer) : undefined;
    if (next !== undefined) sent = next;
    else if (isSuccess(answer.status) && answer.headers['content-encoding'] === undefined) return answer;
    else return settled(context, sent, answer);
  }
}

/** The content of an answer: none on 204 and 205 or where an empty body names no type; `fallback` is the type of a body that names none. */
export function answeredContent({ status, headers, body }: Answer, fallback: string): Content | undefined {
  const type = headers['content-type'];
  if (status === 204 || status === 205) return undefined;
  if (body.length === 0 && type === undefined) return undefined;
  return { type: typeof type === 'string' ? type : fallback, body };
}

/** A kept-alive connection may have been closed by the peer just now: what is repeatable is sent once more. */
async function sendRepeatably(
  context: HttpContext,
  call: OutgoingRequest,
  receiver: StreamReceiver | undefined,
): Promise<Answer> {
  const first = new HttpSending(context, call, receiver);
  try {
    return await first.answer;
  } catch (error) {
    if (!call.repeatable || first.progress !== 'sent' || !isStaleSocket(error)) throw error;
  }
  const again = await new HttpSending(context, call, receiver).answer;
  const isDone = call.op === 'cancelaction' && [404, 410].includes(again.status);
  return isDone ? { ...again, status: 204 } : again; // the first one did it
}

/** Undoes the content coding, and throws what is no success. */
async function settled(context: HttpContext, call: OutgoingRequest, answer: Answer): Promise<Answer> {
  const decoding = decodedAnswer(answer, call, context.maxBody);
  if (isSuccess(answer.status)) return decoding;
  throw answerError(call, await decoding.catch(() => answer), context.clock);
}

/** The request to send instead, where the answer redirects what is safe. */
function redirected(call: OutgoingRequest, answer: Answer): OutgoingRequest | undefined {
  const href = isSafe(call) ? redirection(answer) : undefined;
  if (href === undefined || !/^https?:/.test(href)) return undefined;
  if (new URL(href).origin === new URL(call.href).origin) return { ...call, href };
  const kept = Object.entries(call.headers).filter(([name]) => impersonal.includes(name));
  return { ...call, href, headers: Object.fromEntries(kept) };
}
