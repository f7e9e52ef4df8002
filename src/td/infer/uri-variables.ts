import type { DataOf } from './data-of.ts';

/** The uriVariables of an affordance with those of its Thing; the affordance's win (TD 1.1 section 5.3.1.1). */
export type UriVariablesOf<T, Affordance> = MergedVariables<Declared<T>, Affordance>;

/** The Thing's or affordance's uriVariables as declared; `unknown` where it has none. */
export type Declared<T> = T extends { readonly uriVariables: infer Variables } ? Variables : unknown;

/** `UriVariablesOf` for many affordances of a Thing, whose own are looked up once. */
export type MergedVariables<OfThing, Affordance> = DataOfEach<
  Declared<Affordance> & Omit<OfThing, keyof Declared<Affordance>>
>;

type DataOfEach<Variables> = { readonly [V in keyof Variables]?: DataOf<Variables[V], 'write'> };
