import fc from 'fast-check';
import { expect, it } from 'vitest';
import { consume } from '../../src/consumer/consume.ts';
import type { ClientBinding } from '../../src/contracts/binding.ts';
import { WotError } from '../../src/contracts/errors.ts';
import type { ThingDescription } from '../../src/contracts/td.ts';

/** Answers every request and every subscription with the same bytes. */
function client(body: Uint8Array): ClientBinding {
  const content = { type: 'application/json', body };
  return {
    name: 'same',
    schemes: ['http'],
    supports: () => true,
    request: async () => ({ content, location: 'http://h/i' }),
    async subscribe(_, listener) {
      listener.next({ content });
      listener.ended();
      return async () => {};
    },
    stop: async () => {},
  };
}

/** A map of affordances with forms, or of anything. */
function affordances(schema: fc.Arbitrary<unknown>) {
  const form = fc.record(
    { href: fc.oneof(fc.constantFrom('http://h/a', '/a', '{', 'x{?a}'), fc.jsonValue()), op: fc.jsonValue() },
    { requiredKeys: ['href'] },
  );
  const affordance = fc.record(
    {
      type: fc.oneof(fc.constantFrom('number', 'string', 'object'), fc.jsonValue()),
      input: schema,
      output: schema,
      data: schema,
      synchronous: fc.jsonValue(),
      forms: fc.oneof(fc.array(form), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  return fc.oneof(fc.dictionary(fc.string(), affordance), fc.jsonValue());
}

const schema = fc.oneof(fc.record({ type: fc.constantFrom('number', 'object', 'array') }), fc.jsonValue());
const anyTd = fc.record(
  {
    title: fc.oneof(fc.string(), fc.jsonValue()),
    base: fc.constantFrom('http://h/', 'http://[', 7),
    properties: affordances(schema),
    actions: affordances(schema),
    events: affordances(schema),
  },
  { requiredKeys: ['title'] },
);

async function useAll(td: unknown, body: Uint8Array): Promise<void> {
  await using thing = await consume(td as ThingDescription, { clients: [client(body)] });
  const uses = [
    ...Object.values(thing.properties).flatMap((p) => [
      () => p.read(),
      () => p.write(1),
      () => p.observe().next(),
    ]),
    ...Object.values(thing.actions).map((action) => () => action.invoke(1)),
    ...Object.values(thing.events).map((event) => () => event.subscribe().next()),
    () => thing.readAll(),
  ];
  for (const use of uses) await use().catch(expectWotError);
}

function expectWotError(error: unknown): void {
  expect(error).toBeInstanceOf(WotError);
}

it('any TD and any answers give values or WotErrors', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyTd,
      fc.oneof(
        fc.json().map((text) => Buffer.from(text)),
        fc.uint8Array(),
      ),
      (td, body) => useAll(td, body).catch(expectWotError),
    ),
    { numRuns: 300 },
  );
});
