import { searchWords } from '../search-words.ts';

/** Something that is found by words. */
export interface SearchDocument {
  /** Found in a list of its own. */
  readonly group: string;
  /** What it is called. */
  readonly names: readonly string[];
  /** What else is known of it, which counts less. */
  readonly more?: readonly string[];
  /** The place of an earlier document to which it belongs: words may be found there too. */
  readonly within?: number;
}

/** The place of a document, and how well it fits. */
export interface Hit {
  readonly document: number;
  readonly score: number;
}

/** In which documents a word stands. */
interface Postings {
  readonly names: number[];
  readonly more: number[];
}

const grades = { same: 8, beginning: 6, within: 4, mistyped: 2 } as const;
const mostWords = 8;

/** Finds documents by words in any order: whole, begun, within others or with one mistake. */
export class SearchIndex {
  readonly #documents: readonly SearchDocument[];
  readonly #vocabulary = new Map<string, Postings>();

  constructor(documents: readonly SearchDocument[]) {
    this.#documents = documents;
    const wordsOnce = remembered();
    documents.forEach(({ names, more = [] }, document) => {
      for (const name of names) this.#post(wordsOnce(name), 'names', document);
      for (const text of more) this.#post(wordsOnce(text), 'more', document);
    });
  }

  /** The best of each group, best first, at most `limit` each. */
  find(query: string, limit: number): ReadonlyMap<string, readonly Hit[]> {
    const words = searchWords(query).slice(0, mostWords);
    const found = new Map<string, Hit[]>();
    if (words.length === 0) return found;
    const graded = words.map((word) => this.#grade(word));
    this.#documents.forEach(({ group, within }, document) => {
      const score = total(graded, document, within);
      if (score > 0)
        keepBest(
          made(found, group, () => []),
          { document, score },
          limit,
        );
    });
    return found;
  }

  #post(words: readonly string[], field: keyof Postings, document: number): void {
    for (const word of words) {
      const documents = made(this.#vocabulary, word, () => ({ names: [], more: [] }))[field];
      if (documents.at(-1) !== document) documents.push(document);
    }
  }

  /** How well a word of the query fits each document. */
  #grade(word: string): Uint8Array {
    const grade = new Uint8Array(this.#documents.length);
    let any = false;
    for (const [known, postings] of this.#vocabulary) {
      const fit = fitOf(known, word);
      if (fit === 0) continue;
      raise(grade, postings, fit);
      any = true;
    }
    if (any) return grade;
    for (const [known, postings] of this.#vocabulary) {
      if (mistyped(known, word)) raise(grade, postings, grades.mistyped);
    }
    return grade;
  }
}

/** 0 where a word is found nowhere, or all of them only in what the document belongs to. */
function total(words: readonly Uint8Array[], document: number, within: number | undefined): number {
  let score = 0;
  let own = false;
  for (const grade of words) {
    const here = grade[document] ?? 0;
    const there = within === undefined ? 0 : (grade[within] ?? 0) / 2;
    if (here === 0 && there === 0) return 0;
    own ||= here > 0;
    score += Math.max(here, there);
  }
  return own ? score : 0;
}

function fitOf(known: string, word: string): number {
  if (known === word) return grades.same;
  const at = known.indexOf(word);
  return at === 0 ? grades.beginning : at > 0 && word.length > 1 ? grades.within : 0;
}

function raise(grade: Uint8Array, { names, more }: Postings, fit: number): void {
  for (const document of names) if ((grade[document] ?? 0) < fit) grade[document] = fit;
  for (const document of more) if ((grade[document] ?? 0) < fit / 2) grade[document] = fit / 2;
}

/** Whether a word, or its beginning, is the typed one but for one letter more, less, other or swapped. */
function mistyped(known: string, word: string): boolean {
  if (word.length < 4 || Math.abs(known.length - word.length) > 8) return false;
  let at = 0;
  while (at < word.length && known[at] === word[at]) at += 1;
  const rest = word.slice(at);
  const swapped = `${rest[1] ?? ''}${rest[0] ?? ''}${rest.slice(2)}`;
  return (
    known.startsWith(rest.slice(1), at) ||
    known.startsWith(rest, at + 1) ||
    known.startsWith(rest.slice(1), at + 1) ||
    known.startsWith(swapped, at)
  );
}

function keepBest(best: Hit[], hit: Hit, limit: number): void {
  const last = best.at(-1);
  if (best.length >= limit && last && last.score >= hit.score) return;
  const at = best.findIndex(({ score }) => score < hit.score);
  best.splice(at < 0 ? best.length : at, 0, hit);
  if (best.length > limit) best.pop();
}

/** Many Things are called alike, and their affordances more so. */
function remembered(): (text: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (text) => made(known, text, searchWords);
}

/** What is under the key, made where there is nothing yet. */
function made<V>(map: Map<string, V>, key: string, make: (key: string) => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make(key);
  map.set(key, value);
  return value;
}
