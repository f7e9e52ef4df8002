import { codecFor, decodeContent, encodeContent } from '../../codec/registry.ts';
import type { Principal } from '../../contracts/access.ts';
import type { Limits } from '../../contracts/binding.ts';
import { WotError } from '../../contracts/errors.ts';
import type { CallContext, Change } from '../../contracts/interaction.ts';
import { idToTimestamp } from '../../interaction/change-ids.ts';
import { type CoapOption, type Envelope, emptyBytes } from './coap-message.ts';
import { optionNumber, optionTexts, optionUint, uintOption } from './coap-option.ts';
import { contentFormatOf, mediaTypeOfFormat } from './content-formats.ts';

/** The media types in which values travel. */
export const valueTypes = ['application/json', 'application/cbor'] as const;

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

  /** The payload as a value, undefined where there is none; JSON where no Content-Format says otherwise. */
  input(): unknown {
    if (this.#body.length === 0) return undefined;
    const format = optionUint(this.#options, optionNumber.contentFormat);
    const type = format === undefined ? 'application/json' : mediaTypeOfFormat(format);
    if (type === undefined || codecFor(type) === undefined) {
      const message = `Content-Format ${format} is not supported; send JSON (50) or CBOR (60).`;
      throw new WotError('unsupported-media', 'CONTENT_FORMAT_UNKNOWN', message);
    }
    return decodeContent({ type, body: this.#body }, this.#limits.nesting);
  }

  /** The media type to answer with, the first one offered without an Accept; WotError `not-acceptable`. */
  accepted(offered: readonly string[]): string {
    const format = optionUint(this.#options, optionNumber.accept);
    const type = format === undefined ? offered[0] : mediaTypeOfFormat(format);
    if (type !== undefined && offered.includes(type)) return type;
    const formats = offered.map((each) => `${each} (${contentFormatOf(each)})`).join(' or ');
    throw new WotError(
      'not-acceptable',
      'NOT_ACCEPTABLE',
      `Accept ${format} is not available here; ask for ${formats}.`,
    );
  }

  /** A response with a value in the accepted format; no value, no payload. */
  answer(code: string, value: unknown, options: readonly CoapOption[] = []): Envelope {
    const type = this.accepted(valueTypes);
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
  answerChange(change: Change, shared: boolean): Envelope {
    return this.answer('2.05', shared ? changeRecord(change, shared) : change.data, [changeTag(change.id)]);
  }
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
