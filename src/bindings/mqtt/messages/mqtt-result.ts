import type { IPublishPacket } from 'mqtt';
import { decodeContent, encodeContent } from '../../../codec/registry.ts';
import type { Content } from '../../../contracts/binding.ts';
import { type ErrorKind, errorKinds, fromProblem, toProblem, WotError } from '../../../contracts/errors.ts';
import type { Value } from '../../../contracts/interaction.ts';
import { isRaw } from '../../../td/declared-content.ts';

/** How a request ended; `value` is undefined where there is none, `type` its content type where one is declared. */
export type Outcome = { readonly value: Value; readonly type?: string } | { readonly error: WotError };

/** A result as it is published. */
export interface ResultMessage {
  readonly payload: Uint8Array;
  readonly properties?: NonNullable<IPublishPacket['properties']>;
}

/** MQTT 5: the value or problem is the payload; `status` (`ok` or the error kind) and `code` are user properties. */
export function resultMessage(outcome: Outcome, contentType: string): ResultMessage {
  if ('error' in outcome) {
    const { kind, code } = outcome.error;
    const { body } = encodeContent(contentType, toProblem(outcome.error));
    return { payload: body, properties: { contentType, userProperties: { status: kind, code } } };
  }
  const { value, type = contentType } = outcome;
  const payload = value === undefined ? new Uint8Array() : encodeContent(type, value).body;
  return { payload, properties: { contentType: type, userProperties: { status: 'ok' } } };
}

/**
 * MQTT 3.1.1: `{"status":"ok","value":...}` or `{"status":kind,"problem":...}` in the content type of the form; bytes are
 * `base64` instead of `value`, and an envelope of what is neither JSON nor CBOR is JSON.
 */
export function resultEnvelope(outcome: Outcome, contentType: string): ResultMessage {
  if ('error' in outcome) {
    const envelope = { status: outcome.error.kind, problem: toProblem(outcome.error) };
    return { payload: encodeContent(contentType, envelope).body };
  }
  const { value, type = contentType } = outcome;
  const told = value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : { value };
  const envelope = { status: 'ok', ...(value === undefined ? {} : told) };
  return { payload: encodeContent(envelopeType(type), envelope).body };
}

function envelopeType(contentType: string): string {
  return isRaw(contentType) ? 'application/json' : contentType;
}

/** The major type that a CBOR map begins with, as no JSON text does (RFC 8949 section 3.1). */
const cborMap = 5;

/** Where a result came from, for errors and for its media type. */
export interface ResultSource {
  /** Broker and topic. */
  readonly href: string;
  /** The form's, which holds where the message names none. */
  readonly contentType: string;
}

/** Reads a MQTT 5 result; throws the peer's error. A peer that sets no `status` is taken to have succeeded. */
export function readResult(packet: IPublishPacket, { href, contentType }: ResultSource): Content | undefined {
  const type = packet.properties?.contentType ?? contentType;
  const body = bytesOf(packet);
  const status = packet.properties?.userProperties?.['status'];
  if (status === undefined || status === 'ok') return body.length === 0 ? undefined : { type, body };
  throw fromProblem(decodeContent({ type, body }), kindOf(status), { href, status: String(status) });
}

/** Reads a MQTT 3.1.1 result; throws the peer's error, or `internal` RESULT_MALFORMED. */
export function readEnvelope(
  packet: IPublishPacket,
  { href, contentType }: ResultSource,
): Content | undefined {
  const body = bytesOf(packet);
  // Errors come in the servient's own format, whatever the form declares.
  const type = (body[0] ?? 0) >> 5 === cborMap ? 'application/cbor' : 'application/json';
  const envelope = decodeContent({ type, body });
  if (typeof envelope !== 'object' || envelope === null || !('status' in envelope)) {
    const message = `The result from ${href} has no member "status"; the peer does not follow the reply convention.`;
    throw new WotError('internal', 'RESULT_MALFORMED', message, { href });
  }
  const { status } = envelope;
  if (status === 'ok') {
    if ('base64' in envelope)
      return encodeContent(contentType, Buffer.from(String(envelope.base64), 'base64'));
    return 'value' in envelope ? encodeContent(contentType, envelope.value) : undefined;
  }
  const problem = 'problem' in envelope ? envelope.problem : undefined;
  throw fromProblem(problem, kindOf(status), { href, status: String(status) });
}

/** The payload as bytes. */
export function bytesOf({ payload }: Pick<IPublishPacket, 'payload'>): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}

function kindOf(status: unknown): ErrorKind {
  return errorKinds.find((kind) => kind === status) ?? 'internal';
}
