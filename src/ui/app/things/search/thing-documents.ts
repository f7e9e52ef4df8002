import type { AffordanceSummary, ThingSummary } from '../../../page-data.ts';
import type { SearchDocument } from './search-index.ts';

export const foundKinds = ['thing', 'property', 'action', 'event'] as const;
export type FoundKind = (typeof foundKinds)[number];

/** What a document of the search stands for. */
export interface Found {
  readonly kind: FoundKind;
  readonly thing: ThingSummary;
  /** Undefined for the Thing itself. */
  readonly affordance?: AffordanceSummary;
}

/** Every Thing and every affordance, in the order of `documents`. */
export interface ThingDocuments {
  readonly found: readonly Found[];
  readonly documents: readonly SearchDocument[];
}

/** What the search is made over. */
export function thingDocuments(things: readonly ThingSummary[]): ThingDocuments {
  const found: Found[] = [];
  const documents: SearchDocument[] = [];
  for (const thing of things) {
    const within = documents.length;
    found.push({ kind: 'thing', thing });
    documents.push({ group: 'thing', names: namesOf(thing), more: moreOf(thing) });
    for (const [kind, affordances] of affordancesOf(thing)) {
      for (const affordance of affordances) {
        found.push({ kind, thing, affordance });
        documents.push({ group: kind, names: namesOf(affordance), within });
      }
    }
  }
  return { found, documents };
}

function affordancesOf(thing: ThingSummary) {
  return [
    ['property', thing.properties],
    ['action', thing.actions],
    ['event', thing.events],
  ] as const;
}

/** In all languages: who speaks German finds what an English title says, too. */
function namesOf({ name, title, titles }: AffordanceSummary): readonly string[] {
  const names = [name, title, ...Object.values(titles ?? {})];
  return names.filter((text) => typeof text === 'string');
}

function moreOf({ types, units, location, description, descriptions }: ThingSummary): readonly string[] {
  const texts = [...types, ...units, location, description, ...Object.values(descriptions ?? {})];
  return texts.filter((text) => typeof text === 'string');
}
