import { WotError } from '../../../contracts/errors.ts';
import { type CoapOption, type Envelope, emptyBytes } from '../messages/coap-message.ts';
import { optionBytes, optionNumber, uintOption } from '../messages/coap-option.ts';
import { contentFormatOf } from '../messages/content-formats.ts';
import { type AnswerParts, CoapCall, offeredTypes } from './coap-call.ts';
import { entityTag, standsFor, tagged } from './entity-tag.ts';
import type { Resource } from './thing-resources.ts';

type Options = readonly CoapOption[];

/** A reading is old at once (RFC 7252 section 5.10.5). */
const notKept = uintOption(optionNumber.maxAge, 0);

/** Whether a request asks for a condition (RFC 7252 section 5.10.8). */
export function isConditional(options: Options): boolean {
  return options.some(({ number }) => number === optionNumber.ifMatch || number === optionNumber.ifNoneMatch);
}

/**
 * What a safe request is answered with: its ETag and how long it is fresh with it, or those alone where the peer has it
 * already (RFC 7252 section 5.10.6.2).
 */
export function validated(
  options: Options,
  answer: Envelope,
  { observable, isDocument }: Resource,
): Envelope {
  if (answer.code !== '2.05') return answer;
  const { value } = entityTag(answer);
  const freshness = isDocument ? [] : [notKept];
  const known = options.find(
    (option) => option.number === optionNumber.etag && standsFor(option.value, value, observable),
  );
  if (known !== undefined) return { code: '2.03', options: [known, ...freshness], payload: emptyBytes };
  const whole = tagged(answer);
  return { ...whole, options: [...whole.options, ...freshness] };
}

/**
 * WotError `precondition` where a condition of the request does not hold for any present representation of the
 * resource, undefined where there is none; fails as reading it does.
 */
export async function checkConditions(options: Options, call: CoapCall, resource?: Resource): Promise<void> {
  if (resource !== undefined && optionBytes(options, optionNumber.ifNoneMatch))
    throw failed('is there already; send the request without If-None-Match');
  const wanted = tags(options, optionNumber.ifMatch);
  if (wanted.length === 0) return;
  if (resource === undefined) throw failed('is not there; send the request without If-Match');
  if (wanted.some((tag) => tag.length === 0)) return;
  const present = await presentTags(resource, call);
  if (!wanted.some((tag) => present.some((each) => standsFor(tag, each, resource.observable))))
    throw failed('has changed; GET it again, and repeat the request with its new ETag');
}

/** The ETags of the present representations. */
async function presentTags({ methods }: Resource, call: CoapCall): Promise<readonly Buffer[]> {
  const reading = new TagReading(call);
  try {
    if (methods.GET === undefined) return [];
    const { value } = entityTag(await methods.GET(reading));
    return [...reading.tags, value];
  } catch (error) {
    if (error instanceof WotError && error.kind === 'not-allowed') return []; // a property that is only written
    throw error;
  }
}

/** Reads a resource for its ETags in all formats. */
class TagReading extends CoapCall {
  readonly tags: Buffer[] = [];

  constructor(call: CoapCall) {
    super({ options: call.target, body: emptyBytes }, call.principal, call.limits);
  }

  override answer(code: string, value: unknown, parts: AnswerParts = {}): Envelope {
    for (const type of offeredTypes(parts)) {
      const options = [...this.target, uintOption(optionNumber.accept, contentFormatOf(type) ?? 0)];
      const accepting = new CoapCall({ options, body: emptyBytes }, this.principal, this.limits);
      this.tags.push(entityTag(accepting.answer(code, value, parts)).value);
    }
    return super.answer(code, value, parts);
  }
}

function tags(options: Options, wanted: number): readonly Buffer[] {
  return options.filter(({ number }) => number === wanted).map(({ value }) => value);
}

function failed(what: string): WotError {
  return new WotError('precondition', 'PRECONDITION_FAILED', `This resource ${what}.`);
}
