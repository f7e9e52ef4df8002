import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WotError } from '../../src/contracts/errors.ts';
import { askedExchange } from '../../src/ui/exchange/exchange-request.ts';
import { wireLine } from '../../src/ui/exchange/wire-line.ts';

const names = ['thing', 'url', 'td', 'op', 'kind', 'name', 'form', 'uriVariables', 'input', 'names', 'invocation', 'base64', 'timeout']; // biome-ignore format: a list
const op = fc.constantFrom('readproperty', 'invokeaction', 'queryaction', 'readallproperties', 'unobserveproperty', 'constructor'); // biome-ignore format: a list
const nearly = fc.record(
  {
    thing: fc.string(),
    url: fc.oneof(fc.webUrl(), fc.string()),
    td: fc.jsonValue(),
    op,
    name: fc.string(),
    form: fc.oneof(fc.integer(), fc.double()),
    timeout: fc.oneof(fc.integer(), fc.double()),
    base64: fc.oneof(fc.base64String(), fc.string()),
    names: fc.array(fc.string()),
    invocation: fc.string(),
  },
  { requiredKeys: ['op'] },
);
const right = fc.record(
  {
    thing: fc.string(),
    op: fc.constant('readproperty'),
    name: fc.string(),
    form: fc.nat(),
    timeout: fc.double({ min: 1, max: 60_000, noNaN: true }),
    input: fc.jsonValue(),
  },
  { requiredKeys: ['thing', 'op', 'name'] },
);
const bodies = fc.oneof(
  right,
  fc.jsonValue(),
  fc.dictionary(fc.constantFrom(...names), fc.jsonValue()),
  nearly,
);

it('any body is an exchange that can be made, or is refused with its faults', () => {
  let made = 0;
  const property = fc.property(bodies, (body) => {
    try {
      const { thing, url, td, timeout, target, form = 0 } = askedExchange(body);
      made += 1;
      expect([thing, url, td].filter((source) => source !== undefined)).toHaveLength(1);
      expect(timeout >= 1 && timeout <= 60_000 && Number.isInteger(form) && form >= 0).toBe(true);
      expect(target.kind === undefined || target.name !== undefined).toBe(true);
    } catch (error) {
      if (!(error instanceof WotError)) throw error;
      expect([error.code, (error.details.errors ?? []).length > 0]).toEqual(['EXCHANGE_INVALID', true]);
    }
  });
  fc.assert(property, { numRuns: 1000 });
  expect(made).toBeGreaterThan(10);
});

it('any body of the wire is shown as text or as bytes, at most 64 KiB of it', () => {
  const part = fc.oneof(fc.uint8Array(), fc.string({ unit: 'grapheme', maxLength: 20 }));
  const property = fc.property(part, fc.constantFrom(1, 5000), (once, times) => {
    const body = Buffer.concat(Array(times).fill(Buffer.from(once)));
    const message = { direction: 'sent', protocol: 'http', at: 0, start: '', fields: [], body } as const;
    const { text: shown, base64 = '', size } = wireLine(message);
    const bytes = shown === undefined ? Buffer.from(base64, 'base64') : Buffer.from(shown);
    expect(size).toBe(body.length);
    expect(bytes.length).toBeGreaterThan(Math.min(body.length, 65_536) - 4);
    expect(bytes.equals(body.subarray(0, bytes.length))).toBe(true);
  });
  fc.assert(property);
});
