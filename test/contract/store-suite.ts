import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/contracts/stores.ts';
import type { JsonValue } from '../../src/contracts/td.ts';

/** What every storage promises; `make` gives an empty one that is not started. */
export function storeSuite(name: string, make: () => Storage): void {
  describe(`${name} storage`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = make();
      await storage.start();
    });
    afterEach(() => storage.stop());

    async function restart(): Promise<void> {
      await storage.stop();
      await storage.start();
    }

    const recordsOf = (kind: string) => [...storage.records.load(kind)];

    it('knows nothing at first', () => {
      expect(storage.properties.load('lamp')).toEqual(new Map());
      expect(storage.facts.get('id')).toBeUndefined();
      expect(recordsOf('k')).toEqual([]);
    });

    it.each<[JsonValue]>([
      [null],
      [false],
      [0],
      [-0.1],
      [''],
      ['Grüße 😀\u0000\ud800'],
      [[]],
      [{ a: [1, { b: null }] }],
      ['x'.repeat(1_000_000)],
    ])('keeps %j', async (value) => {
      await storage.properties.save('lamp', 'state', value);
      await restart();
      expect(storage.properties.load('lamp')).toEqual(new Map([['state', value]]));
    });

    it('keeps the last value of each property and each fact', async () => {
      const values = Array.from({ length: 100 }, (_, index) => index);
      await Promise.all(values.map((value) => storage.properties.save('lamp', 'level', value)));
      await Promise.all(values.map((value) => storage.facts.set('id', `${value}`)));
      await restart();
      expect(storage.properties.load('lamp').get('level')).toBe(99);
      expect(storage.facts.get('id')).toBe('99');
    });

    it('reads what was saved before, even if it is not yet durable', async () => {
      const saved = [storage.properties.save('lamp', 'level', 5), storage.facts.set('id', 'a')];
      expect(storage.properties.load('lamp').get('level')).toBe(5);
      expect(storage.facts.get('id')).toBe('a');
      await Promise.all(saved);
    });

    it('keeps things, properties and facts apart, whatever their names', async () => {
      const names = [
        '',
        '__proto__',
        'constructor',
        'ä/ß',
        "a'; DROP TABLE property; --",
        'nul\u0000x',
        'nul',
      ];
      for (const thing of names) {
        for (const property of names) await storage.properties.save(thing, property, `${thing}|${property}`);
        await storage.facts.set(thing, thing);
      }
      await restart();
      for (const thing of names) {
        const expected = names.map((property) => [property, `${thing}|${property}`] as const);
        expect(storage.properties.load(thing)).toEqual(new Map(expected));
        expect(storage.facts.get(thing)).toBe(thing);
      }
    });

    it('does not share what it keeps with its callers', async () => {
      const value = { list: [1] };
      await storage.properties.save('lamp', 'state', value);
      value.list.push(2);
      const loaded = storage.properties.load('lamp').get('state') as { list: number[] };
      loaded.list.push(3);
      expect(storage.properties.load('lamp').get('state')).toEqual({ list: [1] });
    });

    it.each([[undefined], [5n]])('refuses %s with a typed error', async (value) => {
      const saved = storage.properties.save('lamp', 'state', value as never);
      await expect(saved).rejects.toMatchObject({ kind: 'internal', code: 'VALUE_NOT_STORABLE' });
      expect(storage.properties.load('lamp').size).toBe(0);
    });

    it('keeps records of bytes by kind and key, whatever they are', async () => {
      const keys = ['', '1', '__proto__', 'ä/ß/😀', "a'; DROP TABLE record; --", 'nul\u0000x', 'nul'];
      const bytes = (text: string) => new TextEncoder().encode(text);
      const records = keys.flatMap((kind) =>
        keys.map((key) => ({ kind, key, value: bytes(key && `${kind}|\0|${key}`) })),
      );
      await storage.records.change(records);
      await storage.records.change([{ kind: 'large', key: '', value: new Uint8Array(1_000_000).fill(255) }]);
      await restart();
      for (const kind of keys) {
        const expected = keys.map((key) => [key, bytes(key && `${kind}|\0|${key}`)] as const);
        expect(new Map(recordsOf(kind))).toEqual(new Map(expected));
      }
      expect(recordsOf('large')).toEqual([['', new Uint8Array(1_000_000).fill(255)]]);
      expect(recordsOf('none')).toEqual([]);
    });

    it('makes changes of records in their order', async () => {
      const change = (key: string, value?: number) => ({
        kind: 'k',
        key,
        value: value === undefined ? undefined : Uint8Array.of(value),
      });
      const changed = [
        storage.records.change([change('a', 1), change('b', 1), change('a'), change('never')]),
        storage.records.change([change('b', 2), change('c', 2)]),
        storage.records.change([change('c'), change('c', 3)]),
        storage.records.change([]),
      ];
      const expected = new Map([
        ['b', Uint8Array.of(2)],
        ['c', Uint8Array.of(3)],
      ]);
      expect(new Map(recordsOf('k'))).toEqual(expected);
      await Promise.all(changed);
      await restart();
      expect(new Map(recordsOf('k'))).toEqual(expected);
    });

    it('is started and stopped twice without harm', async () => {
      await storage.start();
      await storage.facts.set('id', 'a');
      await storage.stop();
      await storage.stop();
      await storage.start();
      expect(storage.facts.get('id')).toBe('a');
    });

    it('stop waits for what was saved before', async () => {
      const saved = storage.facts.set('id', 'last');
      await restart();
      await saved;
      expect(storage.facts.get('id')).toBe('last');
    });
  });
}
