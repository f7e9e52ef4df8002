import { encodeContent } from '../../../codec/registry.ts';
import type { Principal } from '../../../contracts/access.ts';
import type { Limits } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { CallContext, Change } from '../../../contracts/interaction.ts';
import { idToTimestamp } from '../../../interaction/change-ids.ts';
import { type PayloadShape, payloadTypes, receivedValue } from '../../../interaction/payload-types.ts';
import { isBinary } from '../../../td/declared-content.ts';
import { type CoapOption, type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { optionNumber, optionTexts, optionUint, uintOption } from '../messages/coap-option.ts';
import { coapType, contentFormatOf, mediaTypeOfFormat } from '../messages/content-formats.ts';

/** One request with its whole body, as the operations see it. */
export class CoapCall implements CallContext {
  readonly principal: Principal;
  readonly path: readonly string[];
  /** Uri-Query by name, the last one of a name wins. */
  readonly uriVariables: Readonly<Record<string, string>>;
  readonly #options: readonly CoapOption[];
  readonly #body: Buffer;
  readonly #limits: Limits;

  constructor(
    request: { readonly options: readonly CoapOption[]; readonly body: Buffer },
    principal: Principal,
    limits: Limits,
  ) {
    this.principal = principal;
    this.#options = request.options;
    this.#body = request.body;
    this.#limits = limits;
    this.path = optionTexts(request.options, optionNumber.uriPath).filter(
      (segment, at) => segment !== '' || at === 0,
    );
    this.uriVariables = queryOf(optionTexts(request.options, optionNumber.uriQuery));
  }

  /** The same call, for an operation whose payloads may be bytes. */
  get carrying(): CallContext {
    const { principal, uriVariables } = this;
    return { principal, uriVariables, carries: 'bytes' };
  }

  /** The payload as a value, undefined where there is none; the type that is expected first where no Content-Format says otherwise. */
  input(shape: PayloadShape = {}): unknown {
    if (this.#body.length === 0) return undefined;
    const expected = coapShape(shape);
    const format = optionUint(this.#options, optionNumber.contentFormat);
    const types = payloadTypes(expected);
    const type = format === undefined ? types[0] : mediaTypeOfFormat(format);
    if (type === undefined) {
      const message = `Content-Format ${format} is not supported; send ${named(types)}.`;
      throw new WotError('unsupported-media', 'CONTENT_FORMAT_UNKNOWN', message);
    }
    return receivedValue({ type, body: this.#body }, expected, this.#limits.nesting);
  }

  /** The media type to answer with, the first one offered without an Accept; WotError `not-acceptable`. */
  accepted(offered: readonly string[]): string {
    const format = optionUint(this.#options, optionNumber.accept);
    const type = format === undefined ? offered[0] : mediaTypeOfFormat(format);
    if (type !== undefined && offered.includes(type)) return type;
    throw new WotError(
      'not-acceptable',
      'NOT_ACCEPTABLE',
      `Accept ${format} is not available here; ask for ${named(offered)}.`,
    );
  }

  /** A response with a value in the accepted format; no value, no payload. */
  answer(code: string, value: unknown, { shape = {}, options = [] }: AnswerParts = {}): Envelope {
    const type = this.accepted(payloadTypes(coapShape(shape)));
    return value === undefined
      ? { code, options, payload: emptyBytes }
      : contentEnvelope(code, type, encodeContent(type, value).body, options);
  }

  /** The id in `?after={id}`; WotError `invalid`. */
  get after(): number | undefined {
    const { after } = this.uriVariables;
    if (after === undefined) return undefined;
    if (/^\d{1,16}$/.test(after)) return Number(after);
    const message = `"after" must be the id of a change (a whole number), not ${JSON.stringify(after.slice(0, 40))}.`;
    throw new WotError('invalid', 'AFTER_INVALID', message);
  }

  /** The response that tells one change: its data alone, or with its name where affordances share the resource; the ETag is its id. */
  answerChange(
    change: Change,
    { shared, shape }: { readonly shared: boolean; readonly shape?: PayloadShape },
  ): Envelope {
    const options = [changeTag(change.id)];
    if (shared) return this.answer('2.05', changeRecord(change, shared), { options });
    return this.answer('2.05', change.data, { options, ...(shape && { shape }) });
  }
}

interface AnswerParts {
  readonly shape?: PayloadShape;
  readonly options?: readonly CoapOption[];
}

function coapShape(shape: PayloadShape): PayloadShape {
  return shape.type === undefined ? shape : { ...shape, type: coapType(shape.type) };
}

function named(types: readonly string[]): string {
  return types.map((type) => `${type} (${contentFormatOf(type)})`).join(' or ');
}

export function contentEnvelope(
  code: string,
  type: string,
  body: Uint8Array,
  options: readonly CoapOption[] = [],
): Envelope {
  const payload = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return {
    code,
    options: [...options, uintOption(optionNumber.contentFormat, contentFormatOf(type) ?? 0)],
    payload,
  };
}

/** A change as a replay and a shared observation tell it. */
export function changeRecord({ id, name, data }: Change, shared: boolean) {
  return {
    id,
    timestamp: idToTimestamp(id),
    ...(shared ? { name } : {}),
    ...(data === undefined ? {} : { data }),
  };
}

/** A change id as an ETag of 8 bytes. */
/** Bytes cannot stand in the records of a replay. */
export function refuseRecords(shape: PayloadShape | undefined): void {
  if (!isBinary(shape?.type)) return;
  const message = `Changes of ${shape?.type} are not kept for ?after={id}; ask without it for the present value.`;
  throw new WotError('not-acceptable', 'BINARY_NOT_CARRIED', message);
}

function changeTag(id: number): CoapOption {
  const value = Buffer.alloc(8);
  value.writeBigUInt64BE(BigInt(id));
  return { number: optionNumber.etag, value };
}

function queryOf(queries: readonly string[]): Readonly<Record<string, string>> {
  const pairs = queries.map((query) => {
    const equals = query.indexOf('=');
    return equals < 0 ? ([query, ''] as const) : ([query.slice(0, equals), query.slice(equals + 1)] as const);
  });
  return Object.fromEntries(pairs);
}
