import { WotError } from '../../../contracts/errors.ts';
import { contentDecoders } from '../content-coding.ts';
import { tooLarge } from './http-failure.ts';
import type { Answer, OutgoingRequest } from './http-sending.ts';

/** Undoes the content coding of an answer (RFC 9110 section 8.4); the decoded bytes count against `maxBody`. */
export async function decodedAnswer(answer: Answer, call: OutgoingRequest, maxBody: number): Promise<Answer> {
  const coding = String(answer.headers['content-encoding'] ?? 'identity')
    .trim()
    .toLowerCase();
  if (coding === 'identity' || answer.body.length === 0) return answer;
  const { href, op } = call;
  const what = `${call.method} ${href} was answered in the content coding ${JSON.stringify(coding)}`;
  const decode = contentDecoders.get(coding);
  if (decode === undefined) {
    const message = `${what}, which is not supported here; the Thing must send it uncoded or as br, gzip or deflate.`;
    throw new WotError('unsupported-media', 'CONTENT_CODING_UNKNOWN', message, { href, op });
  }
  try {
    return { ...answer, body: await decode(answer.body, { maxOutputLength: maxBody }) };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(call, maxBody);
    const details = { href, op, cause };
    throw new WotError(
      'internal',
      'RESPONSE_MALFORMED',
      `${what}, but is no such data: ${message}.`,
      details,
    );
  }
}
