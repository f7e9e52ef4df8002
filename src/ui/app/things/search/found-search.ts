import type { ThingSummary } from '../../../page-data.ts';
import { searchWords } from '../search-words.ts';
import { SearchIndex } from './search-index.ts';
import { type Found, foundKinds, type ThingDocuments, thingDocuments } from './thing-documents.ts';

/** Most results of one kind; with the commands no more than fifty are shown. */
const mostOfKind = 10;

/** What is done with what is found, where the query begins with a word for it. */
export const verbs = ['read', 'console', 'copy'] as const;
export type Verb = (typeof verbs)[number];
/** The words for each in the reader's language. */
export type VerbWords = Readonly<Record<Verb, string>>;

/** Results of one kind, best first. */
export interface FoundGroup {
  readonly found: readonly Found[];
  readonly verb?: Verb;
  /** Of the best. */
  readonly score: number;
}

interface Indexed extends ThingDocuments {
  readonly index: SearchIndex;
}

const indexes = new WeakMap<readonly ThingSummary[], Indexed>();

/** Finds Things and affordances; the group with the best result comes first. */
export function foundBy(query: string, things: readonly ThingSummary[]): readonly FoundGroup[] {
  const { index, found } = indexed(things);
  const hits = index.find(query, mostOfKind);
  return foundKinds
    .flatMap((kind) => {
      const list = hits.get(kind) ?? [];
      const group = list.flatMap(({ document }) => found[document] ?? []);
      return list[0] ? [{ found: group, score: list[0].score }] : [];
    })
    .sort((a, b) => b.score - a.score);
}

/** `read zone 1 temperature`: what the first word asks to do with what the others find. */
export function foundForVerb(
  query: string,
  things: readonly ThingSummary[],
  words: VerbWords,
): readonly FoundGroup[] {
  const [first = '', ...rest] = query.trim().split(/\s+/);
  const [word] = searchWords(first);
  if (!word || word.length < 2 || rest.length === 0) return [];
  return verbs
    .filter((verb) => searchWords(words[verb]).some((known) => known.startsWith(word)))
    .flatMap((verb) =>
      foundBy(rest.join(' '), things).flatMap(({ found, score }) => {
        const fits = found.filter(({ kind }) => takes(verb, kind)).slice(0, mostOfKind / 2);
        return fits.length === 0 ? [] : [{ found: fits, verb, score }];
      }),
    )
    .slice(0, 2);
}

function takes(verb: Verb, kind: Found['kind']): boolean {
  return verb === 'read' ? kind === 'property' : verb === 'copy' ? kind === 'thing' : true;
}

/** Once for a list of Things, while it stays. */
function indexed(things: readonly ThingSummary[]): Indexed {
  let known = indexes.get(things);
  if (!known) {
    const documents = thingDocuments(things);
    known = { ...documents, index: new SearchIndex(documents.documents) };
    indexes.set(things, known);
  }
  return known;
}
