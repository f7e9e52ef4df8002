import type { DataOf, Direction } from './data-of.ts';

/** An object: members in `required` are required, those of the other direction are left out. */
export type ObjectOf<Schema, D extends Direction> = Schema extends { readonly properties: infer Members }
  ? Members[keyof Members] extends Shown[D]
    ? MembersOf<Schema, Members, D>
    : MembersOf<
        Schema,
        { readonly [N in keyof Members as Members[N] extends Hidden[D] ? never : N]: Members[N] },
        D
      >
  : { readonly [member: string]: unknown };

interface Hidden {
  readonly read: { readonly writeOnly: true };
  readonly write: { readonly readOnly: true };
}

/** What no member that is hidden fits: spares most objects the filter, which is dear. */
interface Shown {
  readonly read: { readonly type?: unknown; readonly writeOnly?: false };
  readonly write: { readonly type?: unknown; readonly readOnly?: false };
}

type MembersOf<Schema, Members, D extends Direction> = Schema extends {
  readonly required: readonly (infer Name)[];
}
  ? DataOfEach<Members, Partial<Members> & Pick<Members, Name & keyof Members>, D>
  : DataOfEach<Members, Partial<Members>, D>;

/** Which members are optional comes from `Modifiers`. */
type DataOfEach<Members, Modifiers, D extends Direction> = {
  readonly [N in keyof Modifiers]: DataOf<Members[N & keyof Members], D>;
};
