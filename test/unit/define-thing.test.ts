import { expect, test } from 'vitest';
import type { ThingHandle, ThingHandlers, ThingOptions } from '../../src/contracts/definition.ts';
import { WotError } from '../../src/contracts/errors.ts';
import type { PartialTd } from '../../src/contracts/td.ts';
import { defineThing } from '../../src/td/define-thing.ts';

const handle: ThingHandle = { name: 'lamp', get() {}, set() {}, notify() {}, emit() {}, tellFault() {} };
const lamp: PartialTd = {
  title: 'Lamp',
  properties: {
    power: { type: 'string', enum: ['on', 'off'] },
    hours: { type: 'number', readOnly: true },
    pin: { type: 'string', writeOnly: true },
  },
  actions: { fade: {} },
  events: { burnt: {} },
};
const nothing = () => {};
const properties = { power: { initial: 'off' }, hours: { read: () => 1 }, pin: { write: nothing } };
const actions = { fade: nothing };

/** What `defineThing` refuses with. */
function refusal(td: unknown, handlers: unknown, options: ThingOptions = {}): string {
  try {
    defineThing(td as PartialTd, handlers as ThingHandlers, options);
  } catch (error) {
    if (error instanceof WotError) return `${error.kind} ${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

/** What is refused when one property of the lamp is handled so. */
const refusalOf = (handlers: object) =>
  refusal(lamp, { properties: { ...properties, ...handlers }, actions });

test('a definition gives back its TD, options and handlers', () => {
  const handlers = { properties, actions, events: { burnt: { subscribed: nothing } } };
  const definition = defineThing(lamp, handlers, { name: 'desk', persist: ['power'] });
  expect(definition.td).toBe(lamp);
  expect(definition.options).toEqual({ name: 'desk', persist: ['power'] });
  expect(definition.handlers(handle)).toBe(handlers);
});

test('a function makes handlers anew for each exposure, from its handle', () => {
  const handles: unknown[] = [];
  const definition = defineThing(lamp, (thing) => {
    handles.push(thing);
    return { properties: { ...properties }, actions };
  });
  expect(handles).toEqual([]);
  expect(definition.handlers(handle)).not.toBe(definition.handlers(handle));
  expect(handles).toEqual([handle, handle]);
});

test('what a function makes is checked when it is made', () => {
  const definition = defineThing(lamp, () => ({ properties }));
  expect(() => definition.handlers(handle)).toThrowError(
    expect.objectContaining({ kind: 'invalid', code: 'HANDLER_MISSING' }),
  );
  const late = defineThing(lamp, (async () => ({})) as unknown as () => ThingHandlers);
  expect(() => late.handlers(handle)).toThrowError(expect.objectContaining({ code: 'HANDLERS_INVALID' }));
});

test.each([
  [{}, 'TITLE_MISSING'],
  [{ title: ' ' }, 'TITLE_MISSING'],
  [{ title: 7 }, 'TITLE_MISSING'],
  [null, 'TD_INVALID'],
  [{ title: 'T', properties: [] }, 'TD_INVALID'],
  [{ title: 'T', events: { e: 'text' } }, 'TD_INVALID'],
  [{ title: 'T', properties: { '': {} } }, 'AFFORDANCE_NAME_INVALID'],
  [{ title: 'T', actions: { $gap: {} } }, 'AFFORDANCE_NAME_INVALID'],
  [{ title: 'T', events: { '..': {} } }, 'AFFORDANCE_NAME_INVALID'],
  [{ title: 'T', events: { ['ü'.repeat(128)]: {} } }, 'AFFORDANCE_NAME_INVALID'],
])('the TD %j is refused with %s', (td, code) => {
  expect(refusal(td, {})).toContain(`invalid ${code}`);
});

test.each([
  [{ name: '' }, 'NAME_INVALID'],
  [{ name: 'x'.repeat(256) }, 'NAME_INVALID'],
  [{ persist: ['colour'] }, 'OPTION_PROPERTY_UNKNOWN'],
  [{ persist: ['constructor'] }, 'OPTION_PROPERTY_UNKNOWN'],
  [{ notify: { colour: {} } }, 'OPTION_PROPERTY_UNKNOWN'],
  [{ persist: ['hours'] }, 'PERSIST_NOT_HELD'],
])('the options %j are refused with %s', (options, code) => {
  expect(refusal(lamp, { properties, actions }, options)).toContain(`invalid ${code}`);
});

test.each([
  [{ actions }, 'HANDLER_MISSING'],
  [{ properties }, 'HANDLER_MISSING'],
  [{ properties, actions: { fade: 'slowly' } }, 'HANDLER_MISSING'],
  [{ properties, actions: { fade: nothing, explode: nothing } }, 'HANDLER_UNKNOWN'],
  [{ properties: { ...properties, colour: {} }, actions }, 'HANDLER_UNKNOWN'],
  [{ properties, actions, events: { sparked: {} } }, 'HANDLER_UNKNOWN'],
  [null, 'HANDLERS_INVALID'],
])('handlers %# are refused with %s', (handlers, code) => {
  expect(refusal(lamp, handlers)).toContain(`invalid ${code}`);
});

test.each([
  ['read without write', { power: { read: nothing } }, 'HANDLER_MISSING'],
  ['write without read', { power: { write: nothing } }, 'HANDLER_MISSING'],
  ['no members', { power: {} }, 'HANDLER_MISSING'],
  ['null', { power: null }, 'HANDLER_MISSING'],
  [
    'written without initial',
    { power: { read: nothing, write: nothing, written: nothing } },
    'HANDLER_INVALID',
  ],
  ['initial and read', { power: { initial: 'on', read: nothing } }, 'HANDLER_INVALID'],
  ['a read-only one written', { hours: { initial: 1, written: nothing } }, 'HANDLER_INVALID'],
  ['a write-only one read', { pin: { read: nothing, write: nothing } }, 'HANDLER_INVALID'],
  ['no function', { pin: { write: 'it' } }, 'HANDLER_INVALID'],
  ['an initial value that does not fit', { power: { initial: 'dim' } }, 'INITIAL_MISMATCH'],
])('a property handler with %s is refused', (_what, handlers, code) => {
  expect(refusalOf(handlers)).toContain(`invalid ${code}`);
});

test('messages name the Thing, the place and what to do', () => {
  expect(refusalOf({ power: { initial: 'dim' } })).toBe(
    'invalid INITIAL_MISMATCH: The initial value of property "power" of "Lamp" does not fit its DataSchema: must be one of "on","off".',
  );
  expect(refusalOf({ power: { read: nothing } })).toBe(
    'invalid HANDLER_MISSING: No write handler serves property "power" of "Lamp"; give it read and write, or initial to have the servient hold its value.',
  );
  expect(refusalOf({ colour: {} })).toBe(
    'invalid HANDLER_UNKNOWN: The handlers of "Lamp" have "colour" under properties, which its TD does not; it has: power, hours, pin.',
  );
});

test('names that every object inherits are names like any other', () => {
  const td = JSON.parse('{"title":"T","actions":{"__proto__":{},"constructor":{},"toString":{}}}');
  expect(refusal(td, { actions: {} })).toContain('HANDLER_MISSING: No handler serves action "__proto__"');
  const handlers = { ['__proto__']: nothing, constructor: nothing };
  expect(refusal(td, { actions: handlers })).toContain(
    'HANDLER_MISSING: No handler serves action "toString"',
  );
  expect(refusal(td, { actions: { ...handlers, toString: nothing } })).toBe('accepted');
  expect(refusal({ title: 'T' }, { actions: { constructor: nothing } })).toContain('HANDLER_UNKNOWN');
});

test('null is a value to hold, undefined is none', () => {
  const td = { title: 'T', properties: { p: { type: 'null' } } };
  expect(refusal(td, { properties: { p: { initial: null } } })).toBe('accepted');
  expect(refusal(td, { properties: { p: { initial: undefined } } })).toContain('HANDLER_MISSING');
});
