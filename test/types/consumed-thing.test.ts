import { expectTypeOf, it } from 'vitest';
import { consume } from '../../src/consumer/consume.ts';
import type { ConsumedThing, EventChange, PropertyChange } from '../../src/consumer/consumed-thing.ts';
import type { Invocation } from '../../src/consumer/invocation.ts';
import type { ActionStatus } from '../../src/contracts/interaction.ts';
import type { ThingDescription } from '../../src/contracts/td.ts';

const td = {
  '@context': 'https://www.w3.org/2022/wot/td/v1.1',
  title: 'Lamp',
  security: 'nosec_sc',
  securityDefinitions: { nosec_sc: { scheme: 'nosec' } },
  uriVariables: { unit: { type: 'string', enum: ['lx', '%'] } },
  properties: {
    mode: { type: 'string', enum: ['on', 'off'], observable: true, forms: [{ href: '/mode' }] },
    hours: { type: 'number', readOnly: true, forms: [{ href: '/hours' }] },
    pin: { type: 'string', writeOnly: true, forms: [{ href: '/pin' }] },
  },
  actions: {
    toggle: { synchronous: true, output: { type: 'boolean' }, forms: [{ href: '/toggle' }] },
    fade: {
      synchronous: false,
      input: { type: 'object', properties: { to: { type: 'number' } }, required: ['to'] },
      output: { type: 'string' },
      forms: [{ href: '/fade' }],
    },
  },
  events: {
    hot: { data: { type: 'number' }, forms: [{ href: '/hot' }] },
    broken: { forms: [{ href: '/broken' }] },
  },
} as const;

type Lamp = ConsumedThing<typeof td>;

it('types a Thing by its TD', () => {
  type Properties = Lamp['properties'];
  expectTypeOf<Awaited<ReturnType<Properties['mode']['read']>>>().toEqualTypeOf<'on' | 'off'>();
  expectTypeOf<Parameters<Properties['mode']['write']>[0]>().toEqualTypeOf<'on' | 'off'>();
  expectTypeOf<Properties['hours']>().not.toHaveProperty('write');
  expectTypeOf<Properties['hours']>().not.toHaveProperty('observe');
  expectTypeOf<Properties['pin']>().not.toHaveProperty('read');
  expectTypeOf<Properties>().not.toHaveProperty('size');
  expectTypeOf<ReturnType<Lamp['actions']['toggle']['invoke']>>().toEqualTypeOf<Promise<boolean>>();
  expectTypeOf<ReturnType<Lamp['actions']['fade']['invoke']>>().toEqualTypeOf<Promise<Invocation<string>>>();
  expectTypeOf<PropertyChange<typeof td>['name']>().toEqualTypeOf<'mode' | 'hours' | 'pin'>();
  expectTypeOf<Extract<EventChange<typeof td>, { name: 'hot' }>['value']>().toEqualTypeOf<number>();
});

it('types what is given and taken', () => {
  const use = async (lamp: Lamp): Promise<void> => {
    for await (const mode of lamp.properties.mode.observe({ uriVariables: { unit: 'lx' } })) {
      expectTypeOf(mode).toEqualTypeOf<'on' | 'off'>();
    }
    for await (const { value } of lamp.events.hot.subscribe().changes())
      expectTypeOf(value).toEqualTypeOf<number>();
    for await (const change of lamp.subscribeAll()) {
      if (change.name === 'hot') expectTypeOf(change.value).toEqualTypeOf<number>();
    }
    const { mode, hours } = await lamp.readMultiple(['mode', 'hours']);
    expectTypeOf(mode).toEqualTypeOf<'on' | 'off'>();
    expectTypeOf(hours).toEqualTypeOf<number>();
    expectTypeOf((await lamp.readAll()).hours).toEqualTypeOf<number | undefined>();
    expectTypeOf(await (await lamp.actions.fade.invoke({ to: 1 })).result).toEqualTypeOf<string>();
    expectTypeOf(await lamp.queryAllActions()).toEqualTypeOf<{
      readonly toggle?: readonly ActionStatus[];
      readonly fade?: readonly ActionStatus[];
    }>();
    await lamp.actions.toggle.invoke();
    // @ts-expect-error not in the enum
    await lamp.properties.mode.write('dim');
    // @ts-expect-error no such variable value
    await lamp.properties.mode.read({ uriVariables: { unit: 'W' } });
    // @ts-expect-error the input is needed
    await lamp.actions.fade.invoke();
    // @ts-expect-error no such property
    await lamp.readMultiple(['size']);
    // @ts-expect-error a number
    await lamp.writeMultiple({ mode: 1 });
  };
  expectTypeOf(use).toBeFunction();
});

it('infers from a literal, and knows names at run time alone from an address', () => {
  const fromLiteral = () => consume(td);
  const fromAddress = () => consume('http://lamp/');
  const fromAddressTyped = () => consume<typeof td>('http://lamp/');
  expectTypeOf<Awaited<ReturnType<typeof fromLiteral>>['properties']>().toHaveProperty('mode');
  expectTypeOf<ReturnType<typeof fromAddressTyped>>().toEqualTypeOf<Promise<Lamp>>();
  type Unknown = Awaited<ReturnType<typeof fromAddress>>;
  expectTypeOf<keyof Unknown['properties']>().toEqualTypeOf<string>();
  expectTypeOf<ReturnType<NonNullable<Unknown['properties'][string]>['read']>>().toEqualTypeOf<
    Promise<unknown>
  >();
  expectTypeOf<ConsumedThing<ThingDescription>['events'][string]>().toHaveProperty('subscribe');
});
