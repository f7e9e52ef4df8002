import type { DataOf, Direction } from './data-of.ts';

/** An array: a tuple where `items` is a list or the length is fixed (minItems = maxItems <= 16), else a plain readonly array. */
export type ArrayOf<Schema, D extends Direction> = Schema extends { readonly items: infer Items }
  ? Items extends readonly unknown[]
    ? TupleOf<Schema, Items, D>
    : ListOf<Schema, DataOf<Items, D>>
  : readonly unknown[];

/** Without minItems the members are optional, without maxItems more may follow, as in JSON Schema. */
type TupleOf<Schema, Items extends readonly unknown[], D extends Direction> = readonly [
  ...(Schema extends { readonly minItems: Items['length'] } ? Each<Items, D> : Partial<Each<Items, D>>),
  ...(Schema extends { readonly maxItems: Items['length'] } ? [] : unknown[]),
];

type Each<Items extends readonly unknown[], D extends Direction> = {
  readonly [I in keyof Items]: DataOf<Items[I], D>;
};

type ListOf<Schema, Item> = Schema extends { readonly minItems: infer N; readonly maxItems: infer N }
  ? Repeat<Item, N>
  : readonly Item[];

type Repeat<Item, N, Items extends readonly Item[] = []> = Items['length'] extends N
  ? Readonly<Items>
  : Items['length'] extends 16
    ? readonly Item[]
    : Repeat<Item, N, [...Items, Item]>;
