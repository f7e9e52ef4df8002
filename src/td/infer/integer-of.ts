/**
 * An integer: the union of its values where minimum and maximum are literals within 0..31 (levels, modes, channels),
 * else `number`. Computed numbers need a wider range, `type: 'number'`, or a cast; run-time checks hold for all.
 */
export type IntegerOf<Schema> = Schema extends {
  readonly minimum: infer Min extends number;
  readonly maximum: infer Max extends number;
}
  ? `${Min | Max}` extends keyof UpTo
    ? Exclude<UpTo[Max], Exclude<UpTo[Min], Min>>
    : number
  : number;

/** Row n is the union 0 | 1 | ... | n. */
type UpTo = Rows<[]>;

type Rows<Sofar extends readonly number[]> = Sofar['length'] extends 32
  ? Sofar
  : Rows<[...Sofar, Sofar[number] | Sofar['length']]>;
