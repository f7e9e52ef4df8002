import type { DefinedThing, PartialTd } from 'thingwright';
import { defineThing } from 'thingwright';

const attack = '<script>document.title="taken"</script><img src=x onerror="document.title=\'taken\'">';
/** Begins to write from right to left, and does not end it. */
const reversed = '\u202egnorw\u202e';

/** Titles, descriptions, names and values that want to be more than text, and are too long. */
const hostile = () =>
  readable(
    {
      title: `${reversed}${attack}${'long '.repeat(2000)}`,
      titles: { en: `${reversed}${attack}${'long '.repeat(2000)}` },
      description: `${attack}\u0000${'x'.repeat(10_000)}`,
      '@type': [attack, 'x'.repeat(500)],
      properties: {
        [attack]: { title: attack, type: 'string', observable: true },
        ['n'.repeat(250)]: { description: attack, unit: attack, type: 'number' },
        constructor: { title: `${reversed}`.repeat(50), enum: [attack, reversed], type: 'string' },
      },
      actions: { [attack]: { title: attack.repeat(20), input: { type: 'string', title: attack } } },
      events: { [attack]: { title: attack, data: { type: 'string' } } },
    },
    { [attack]: attack.repeat(100), ['n'.repeat(250)]: 1e300, constructor: attack },
    'hostile',
  );

const many = () => {
  const names = Array.from({ length: 500 }, (_, number) => `p${number}`);
  const property = (name: string, number: number) => ({
    title: `Property ${name}`,
    type: 'integer',
    minimum: number,
  });
  return readable(
    { title: 'Many', properties: Object.fromEntries(names.map((name, n) => [name, property(name, n)])) },
    Object.fromEntries(names.map((name, number) => [name, number])),
    'many',
  );
};

const deep = () => {
  const levels = Array.from({ length: 30 });
  const schema = levels.reduce<object>((inner) => ({ type: 'object', properties: { inner } }), {
    type: 'integer',
  });
  const value = levels.reduce<unknown>((inner) => ({ inner }), 7);
  const td = { title: 'Deep', properties: { tree: schema }, actions: { plant: { input: schema } } };
  return readable(td, { tree: value }, 'deep');
};

/** Things that no page should have to bear; `late` is answered when `answer` is called, `never` not at all. */
export function hostileThings() {
  const { promise, resolve } = Promise.withResolvers<number>();
  const reads: Readonly<Record<string, () => number | Promise<number>>> = {
    good: () => 21,
    wrong: () => 'wrong' as never,
    late: () => promise,
    never: () => new Promise<never>(() => {}),
  };
  const devices = Object.entries(reads).map(([name, read]) =>
    defineThing(
      { title: `A ${name} one`, properties: { value: { type: 'number' } } },
      { properties: { value: { read, write() {} } } },
      { name },
    ),
  );
  return { things: [hostile(), many(), deep(), ...devices], answer: () => resolve(42) };
}

/** A Thing whose properties have these values and can be written, whose actions do nothing. */
function readable(
  td: object,
  values: Readonly<Record<string, unknown>>,
  name: string,
): DefinedThing<PartialTd> {
  const properties = Object.entries(values).map(([property, value]) => [
    property,
    { read: () => value, write() {} },
  ]);
  const actions =
    'actions' in td ? Object.keys(td.actions as object).map((action) => [action, () => {}]) : [];
  const handlers = { properties: Object.fromEntries(properties), actions: Object.fromEntries(actions) };
  return defineThing<PartialTd>(td as PartialTd, handlers, { name });
}
