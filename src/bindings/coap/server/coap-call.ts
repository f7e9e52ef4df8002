import { encodeContent } from '../../../codec/registry.ts';
import { isSenml } from '../../../codec/senml-value.ts';
import type { Principal } from '../../../contracts/access.ts';
import type { Limits } from '../../../contracts/binding.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { CallContext, Change } from '../../../contracts/interaction.ts';
import { idToTimestamp } from '../../../interaction/change-ids.ts';
import {
  type PayloadShape,
  payloadTypes,
  receivedValue,
  sentValue,
} from '../../../interaction/payload-types.ts';
import { isBinary } from '../../../td/declared-content.ts';
import { type CoapOption, type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { optionNumber, optionTexts, optionUint, uintOption } from '../messages/coap-option.ts';
import { coapType, contentFormatOf, mediaTypeOfFormat } from '../messages/content-formats.ts';
import { changeTag } from './entity-tag.ts';

/** What changes parts of a value (RFC 7396). */
export const mergePatchType = 'application/merge-patch+json';

/** One request with its whole body, as the operations see it. */
export class CoapCall implements CallContext {
  readonly principal: Principal;
  readonly path: readonly string[];
  /** Uri-Query by name, the last one of a name wins. */
  readonly uriVariables: Readonly<Record<string, string>>;
  /** The Content-Format that is asked for. */
  readonly accept: number | undefined;
  readonly limits: Limits;
  readonly #options: readonly CoapOption[];
  readonly #body: Buffer;

  constructor(
    { options, body }: { readonly options: readonly CoapOption[]; readonly body: Buffer },
    principal: Principal,
    limits: Limits,
  ) {
    this.principal = principal;
    this.limits = limits;
    this.accept = optionUint(options, optionNumber.accept);
    this.#options = options;
    this.#body = body;
    const { path, uriVariables } = targetOf(options);
    this.path = path;
    this.uriVariables = uriVariables;
  }

  /** The same call, for an operation whose payloads may be bytes. */
  get carrying(): CallContext {
    const { principal, uriVariables } = this;
    return { principal, uriVariables, carries: 'bytes' };
  }

  /** The options that name the resource. */
  get target(): readonly CoapOption[] {
    const named: readonly number[] = [optionNumber.uriPath, optionNumber.uriQuery];
    return this.#options.filter(({ number }) => named.includes(number));
  }

  /** Whether the payload says how to change a value (RFC 7396). */
  get isMergePatch(): boolean {
    return optionUint(this.#options, optionNumber.contentFormat) === contentFormatOf(mergePatchType);
  }

  /** The payload as a value, undefined where there is none; the type that is expected first where no Content-Format says otherwise. */
  input(shape: PayloadShape = {}): unknown {
    if (this.#body.length === 0) return undefined;
    const expected = coapShape(shape);
    const format = optionUint(this.#options, optionNumber.contentFormat);
    const types = payloadTypes(expected);
    const type = format === undefined ? types[0] : mediaTypeOfFormat(format);
    // What only says how to change a value is none.
    if (type === undefined || (type === mergePatchType && shape.type !== type)) {
      const message = `Content-Format ${format} is not supported; send ${named(types)}.`;
      throw new WotError('unsupported-media', 'CONTENT_FORMAT_UNKNOWN', message);
    }
    return receivedValue({ type, body: this.#body }, expected, this.limits.nesting);
  }

  /** The media type to answer with, the first one offered without an Accept; WotError `not-acceptable`. */
  accepted(offered: readonly string[]): string {
    const { accept } = this;
    const type = accept === undefined ? offered[0] : offered.find((each) => contentFormatOf(each) === accept);
    if (type !== undefined) return type;
    throw new WotError(
      'not-acceptable',
      'NOT_ACCEPTABLE',
      `Accept ${accept} is not available here; ask for ${named(offered)}.`,
    );
  }

  /** A response with a value in the accepted format; no value, no payload. */
  answer(code: string, value: unknown, parts: AnswerParts = {}): Envelope {
    const type = this.accepted(offeredTypes(parts));
    const { shape, options = [], time } = parts;
    if (value === undefined) return { code, options, payload: emptyBytes };
    const { body } = encodeContent(type, sentValue(type, value, { measured: shape?.measured, time }));
    return contentEnvelope(code, type, body, options);
  }

  /** The id in `?after={id}`; WotError `invalid`. */
  get after(): number | undefined {
    const { after } = this.uriVariables;
    if (after === undefined) return undefined;
    if (/^\d{1,16}$/.test(after)) return Number(after);
    const message = `"after" must be the id of a change (a whole number), not ${JSON.stringify(after.slice(0, 40))}.`;
    throw new WotError('invalid', 'AFTER_INVALID', message);
  }

  /** The response that tells one change: its data alone, or with its name where affordances share the resource (in SenML nothing where it is no measurement); the ETag is its id. */
  answerChange(
    change: Change,
    { shared, shape }: { readonly shared: boolean; readonly shape?: PayloadShape },
  ): Envelope {
    const { id, name, data, present } = change;
    const parts = { shape, options: [changeTag(id)], time: present ? undefined : id / 1e6 };
    if (!shared) return this.answer('2.05', data, parts);
    const measured = typeof data === 'object' ? undefined : { [name]: data };
    const isMeasured = isSenml(this.accepted(offeredTypes(parts)));
    return this.answer('2.05', isMeasured ? measured : changeRecord(change, shared), parts);
  }
}

type Target = Pick<CoapCall, 'path' | 'uriVariables'>;

/** By options, which are the same where a request is repeated. */
const targets = new WeakMap<readonly CoapOption[], Target>();

function targetOf(options: readonly CoapOption[]): Target {
  const known = targets.get(options);
  if (known !== undefined) return known;
  const segments = optionTexts(options, optionNumber.uriPath);
  const path = segments.filter((segment, at) => segment !== '' || at === 0);
  const target = { path, uriVariables: queryOf(optionTexts(options, optionNumber.uriQuery)) };
  targets.set(options, target);
  return target;
}

export interface AnswerParts {
  readonly shape?: PayloadShape | undefined;
  readonly options?: readonly CoapOption[];
  /** Of the value, in seconds since 1970. */
  readonly time?: number | undefined;
}

/** The media types in which an answer can be had. */
export function offeredTypes({ shape = {} }: AnswerParts): readonly string[] {
  return payloadTypes(coapShape(shape));
}

function coapShape(shape: PayloadShape): PayloadShape {
  return shape.type === undefined ? shape : { ...shape, type: coapType(shape.type) };
}

function named(types: readonly string[]): string {
  return types.map((type) => `${type} (${contentFormatOf(type)})`).join(' or ');
}

/** A response with bytes of a media type. */
export function contentEnvelope(
  code: string,
  type: string,
  body: Uint8Array,
  options: readonly CoapOption[] = [],
): Envelope {
  const payload = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const format = uintOption(optionNumber.contentFormat, contentFormatOf(type) ?? 0);
  return { code, options: [...options, format], payload };
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

/** Bytes cannot stand in the records of a replay. */
export function refuseRecords(shape: PayloadShape | undefined): void {
  if (!isBinary(shape?.type)) return;
  const message = `Changes of ${shape?.type} are not kept for ?after={id}; ask without it for the present value.`;
  throw new WotError('not-acceptable', 'BINARY_NOT_CARRIED', message);
}

function queryOf(queries: readonly string[]): Readonly<Record<string, string>> {
  const pairs = queries.map((query) => {
    const equals = query.indexOf('=');
    return equals < 0 ? ([query, ''] as const) : ([query.slice(0, equals), query.slice(equals + 1)] as const);
  });
  return Object.fromEntries(pairs);
}
