import type { ArrayOf } from './array-of.ts';
import type { IntegerOf } from './integer-of.ts';
import type { ObjectOf } from './object-of.ts';

/** Which way data goes: 'read' has no writeOnly members, 'write' no readOnly ones (TD 1.1 table 28). */
export type Direction = 'read' | 'write';

/** The data that a DataSchema literal describes; `unknown` where it names no type (TD 1.1 section 5.3.2). */
export type DataOf<Schema, D extends Direction = 'read'> = Schema extends { readonly const: infer Value }
  ? Value
  : Schema extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : Schema extends { readonly oneOf: readonly (infer Branch)[] }
      ? Typed<Schema, D> & AnyOf<Branch, D>
      : Typed<Schema, D>;

type AnyOf<Branch, D extends Direction> = Branch extends unknown ? DataOf<Branch, D> : never;

type Typed<Schema, D extends Direction> = Schema extends { readonly type: infer Type }
  ? Type extends keyof Plain
    ? Plain[Type]
    : Type extends 'object'
      ? ObjectOf<Schema, D>
      : Type extends 'array'
        ? ArrayOf<Schema, D>
        : Type extends 'integer'
          ? IntegerOf<Schema>
          : unknown
  : unknown;

interface Plain {
  readonly boolean: boolean;
  readonly number: number;
  readonly string: string;
  readonly null: null;
}
