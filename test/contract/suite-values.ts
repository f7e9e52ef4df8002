import { expect } from 'vitest';
import type { CellTest } from './suite-cell.ts';
import { emptyValues, hollow, oddlyEquipped, oddlyNamed, oddNames } from './suite-things.ts';

const large = 'ü'.repeat(50_000);

const numbers = [0.1, -0.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, Number.MAX_VALUE];

const texts = [
  '🌡️ 漢字 ünï',
  'line\nline\r\nline\rdata: x\n\nid: 1',
  '\u0000\u001f\u2028\u2029\ufeff',
  '"\\/{}',
  ' ',
];

/** Values and names that are easily lost on the way. */
export const valueCells = {
  'empty values (property)': {
    things: (device) => [hollow(device)],
    async run(run) {
      const thing = await run.thing('hollow');
      for (const [name, value] of Object.entries(emptyValues)) {
        await thing.write(name, value);
        expect(await thing.read(name), name).toStrictEqual(value);
      }
      expect(await thing.readAll()).toStrictEqual(emptyValues);
    },
  },

  'empty values (action)': {
    things: (device) => [hollow(device)],
    async run(run) {
      const thing = await run.thing('hollow');
      for (const [name, value] of Object.entries(emptyValues)) {
        expect(await thing.invoke(name, value), name).toStrictEqual(value);
      }
    },
  },

  'empty values (notification)': {
    notifies: true,
    things: (device) => [hollow(device)],
    async run(run) {
      const { received } = await (await run.thing('hollow')).event('note');
      for (const value of Object.values(emptyValues)) run.device.handle('hollow').emit('note', value);
      await received.until(() => expect(received.values).toStrictEqual(Object.values(emptyValues)));
    },
  },

  'empty values (observed)': {
    notifies: true,
    things: (device) => [hollow(device)],
    async run(run) {
      const thing = await run.thing('hollow');
      for (const [name, value] of Object.entries(emptyValues)) {
        const { received, end } = await thing.observe(name);
        await received.toBe(['filled']);
        run.device.handle('hollow').set(name, value);
        await received.until(() => expect(received.values, name).toStrictEqual(['filled', value]));
        await end();
      }
    },
  },

  'large values (read)': {
    async run(run) {
      run.device.handle().set('label', large);
      expect(await (await run.thing()).read('label')).toBe(large);
    },
  },

  'large values (write)': {
    async run(run) {
      await (await run.thing()).write('label', large);
      expect(run.device.handle().get('label')).toBe(large);
    },
  },

  'large values (action)': {
    async run(run) {
      const list = Array.from({ length: 20_000 }, (_, index) => index);
      expect(await (await run.thing()).invoke('echo', list)).toEqual(list);
    },
  },

  'large values (notification)': {
    notifies: true,
    async run(run) {
      const { received } = await (await run.thing()).event('note');
      for (const data of [large, 'small', large]) run.device.handle().emit('note', data);
      await received.toBe([large, 'small', large]);
    },
  },

  'exact numbers': {
    async run(run) {
      expect(await (await run.thing()).invoke('echo', numbers)).toEqual(numbers);
    },
  },

  'any text': {
    async run(run) {
      const thing = await run.thing();
      for (const text of texts) {
        await thing.write('label', text);
        expect(await thing.read('label')).toBe(text);
      }
    },
  },

  'any text (notification)': {
    notifies: true,
    async run(run) {
      const { received } = await (await run.thing()).event('note');
      for (const text of texts) run.device.handle().emit('note', text);
      await received.toBe(texts);
    },
  },

  'odd property names': {
    things: (device) => [oddlyEquipped(device)],
    async run(run) {
      const thing = await run.thing('odd');
      for (const name of oddNames) {
        expect(await thing.read(name)).toBe(`value of ${name}`);
        await thing.write(name, `new ${name}`);
      }
      const expected = oddNames.map((name) => [name, `new ${name}`]);
      expect(Object.entries((await thing.readAll()) as object)).toEqual(expected);
      expect(run.device.writes).toEqual(expected);
    },
  },

  'odd property names (several)': {
    things: (device) => [oddlyEquipped(device)],
    async run(run) {
      const thing = await run.thing('odd');
      for (const name of oddNames) {
        expect(Object.entries((await thing.readMultiple([name])) as object)).toEqual([
          [name, `value of ${name}`],
        ]);
      }
      await thing.writeMultiple(Object.fromEntries(oddNames.map((name) => [name, `new ${name}`])));
      expect(run.device.writes).toEqual(oddNames.map((name) => [name, `new ${name}`]));
    },
  },

  'odd property names (observed)': {
    notifies: true,
    things: (device) => [oddlyEquipped(device)],
    async run(run) {
      const thing = await run.thing('odd');
      for (const name of oddNames) {
        const { received, end } = await thing.observe(name);
        await received.toBe([`value of ${name}`]);
        run.device.handle('odd').set(name, 'changed');
        await received.toBe([`value of ${name}`, 'changed']);
        await end();
      }
    },
  },

  'odd action names': {
    things: (device) => [oddlyEquipped(device)],
    async run(run) {
      const thing = await run.thing('odd');
      for (const name of oddNames) expect(await thing.invoke(name, 'it')).toBe(`${name} got it`);
    },
  },

  'odd event names': {
    notifies: true,
    things: (device) => [oddlyEquipped(device)],
    async run(run) {
      const thing = await run.thing('odd');
      const all = await thing.subscribe({ op: 'subscribeallevents' });
      for (const name of oddNames) {
        const { received, end } = await thing.event(name);
        run.device.handle('odd').emit(name, `from ${name}`);
        await received.toBe([`from ${name}`]);
        await end();
      }
      await all.received.until(() =>
        expect(all.received.named).toEqual(oddNames.map((name) => [name, `from ${name}`])),
      );
    },
  },

  'odd Thing names': {
    things: oddlyNamed,
    async run(run) {
      for (const name of oddNames) {
        const thing = await run.thing(name);
        expect(await thing.read('level')).toBe(`level of ${name}`);
        expect(await thing.invoke('ping')).toBe(`pong of ${name}`);
      }
    },
  },

  'odd Thing names (event)': {
    notifies: true,
    things: oddlyNamed,
    async run(run) {
      for (const name of oddNames) {
        const { received } = await (await run.thing(name)).event('moved');
        run.device.handle(name).emit('moved', `from ${name}`);
        await received.toBe([`from ${name}`]);
      }
    },
  },
} as const satisfies Readonly<Record<string, CellTest>>;
