import type { AffordanceKind, DataSchema, Op } from '../../../contracts/td.ts';
import { defaultOps } from '../../../td/defaults.ts';
import { isJsonObject, type JsonObject, objectEntries, stringList } from '../../../td/json-object.ts';

/** What can be tried of a TD as it stands. */
export interface Tryable {
  readonly kind: Extract<AffordanceKind, 'properties' | 'actions'>;
  readonly name: string;
  readonly affordance: JsonObject;
  readonly ops: readonly TriedOp[];
  /** What writing or invoking takes. */
  readonly input?: DataSchema;
}

export const triedOps = ['readproperty', 'writeproperty', 'invokeaction'] as const satisfies readonly Op[];
export type TriedOp = (typeof triedOps)[number];

/** The properties and actions of a TD that have a form to try. */
export function tryAffordances(td: JsonObject): readonly Tryable[] {
  return (['properties', 'actions'] as const).flatMap((kind) =>
    objectEntries(td[kind]).flatMap(([name, affordance]) => {
      const offered = offeredOps(kind, affordance);
      const ops = triedOps.filter((op) => offered.includes(op));
      if (ops.length === 0) return [];
      const input = kind === 'properties' ? affordance : affordance['input'];
      return [{ kind, name, affordance, ops, ...(isJsonObject(input) && { input }) }];
    }),
  );
}

function offeredOps(kind: AffordanceKind, affordance: JsonObject): readonly string[] {
  const { forms } = affordance;
  if (!Array.isArray(forms)) return [];
  return forms
    .filter((form) => isJsonObject(form) && typeof form['href'] === 'string')
    .flatMap(({ op }: JsonObject) => (op === undefined ? defaultOps(kind, affordance) : stringList(op)));
}
