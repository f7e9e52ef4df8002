import type { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { DataOf, Direction } from './data-of.ts';

/** What an affordance gives or takes by its DataSchema, or by the content type that its first form declares: text or bytes. */
export type PayloadOf<Schema, Affordance, D extends Direction = 'read'> = Affordance extends Declaring
  ? Typed<Schema, TypeOf<Affordance['forms'][0], D>, D>
  : DataOf<Schema, D>;

/** What a handler may give for it. */
export type GivenOf<Schema, Affordance> = Affordance extends Declaring
  ? TypeOf<Affordance['forms'][0], 'read'> extends Structured
    ? DataOf<Schema>
    :
        | Typed<Schema, TypeOf<Affordance['forms'][0], 'read'>, 'read'>
        | string
        | Uint8Array
        | Readable
        | ReadableStream
  : DataOf<Schema>;

/** What an action takes where a declared type alone tells it, as `payloadSchemas` reads it; `undefined` where none does. */
export type InputByType<Action> = Action extends {
  readonly forms: readonly [infer Form extends Content, ...(readonly unknown[])];
}
  ? Action extends { readonly output: unknown }
    ? Form extends { readonly response: unknown }
      ? ByType<Form['contentType'], undefined>
      : undefined
    : ByType<Form['contentType'], undefined>
  : undefined;

/** What an action gives where a declared type alone tells it; `None` where none does. */
export type OutputByType<Action, None> = Action extends {
  readonly forms: readonly [{ readonly response: infer Response extends Content }, ...(readonly unknown[])];
}
  ? ByType<Response['contentType'], None>
  : None;

/** What an event carries where a declared type alone tells it; `undefined` where none does. */
export type DataByType<Event> = Event extends Declaring
  ? ByType<TypeOf<Event['forms'][0], 'read'>, undefined>
  : undefined;

type ByType<Type, None> = Type extends `application/${'json' | 'cbor'}` ? None : Typed<unknown, Type, 'read'>;

/** An affordance whose first form says something of content. */
type Declaring = {
  readonly forms: readonly [Content | { readonly response: Content }, ...(readonly unknown[])];
};
type Content = { readonly contentType: string };

/** Forms tell the type of what is given by `response` where that differs (TD 1.1 section 5.3.4.2). */
type TypeOf<Form, D extends Direction> = D extends 'read'
  ? Form extends { readonly response: { readonly contentType: infer Type } }
    ? Type
    : ContentType<Form>
  : ContentType<Form>;
type ContentType<Form> = Form extends { readonly contentType: infer Type } ? Type : 'application/json';

type Structured = `application/${'json' | 'cbor'}` | `${string}+${'json' | 'cbor'}`;

type Typed<Schema, Type, D extends Direction> = string extends Type
  ? DataOf<Schema, D>
  : Type extends Structured
    ? DataOf<Schema, D>
    : Type extends `text/${string}`
      ? Schema extends { readonly type: unknown }
        ? DataOf<Schema, D>
        : string
      : Uint8Array;
