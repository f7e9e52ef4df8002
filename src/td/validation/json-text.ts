import { jsonPointer, pointerNames } from '../json-pointer.ts';
import { error, type Finding, maxFindings, mended, removal } from './finding.ts';

/** Deepest nesting of arrays and objects in a document. */
const maxNesting = 64;

/** What a JSON text holds; `value` is absent when it cannot be read. */
export interface JsonText {
  readonly value?: unknown;
  readonly findings: readonly Finding[];
}

/** A stretch of a text, in UTF-16 code units. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where a value stands in its text, and its name where it is a member. */
export interface TextPlace {
  readonly name?: Span;
  readonly value: Span;
}

/** A place that is looked for, and those below it. */
interface Sought {
  name?: Span;
  value?: Span;
  readonly below: Map<string, Sought>;
}

/** Reads JSON as `JSON.parse` does, but tells line and column, bounds the nesting and finds names given twice. */
export function readJsonText(input: string | Uint8Array): JsonText {
  const text = decode(input);
  if (text === undefined) return { findings: [notUtf8] };
  const findings: Finding[] = [];
  try {
    new Scanner(text, findings).scan();
    return { value: JSON.parse(text), findings };
  } catch (cause) {
    if (!(cause instanceof JsonFault)) throw cause;
    return { findings: [...findings, cause.finding] };
  }
}

/** Where the values that JSON Pointers name stand in a text that `readJsonText` could read; of equal names the last one counts. */
export function placesOf(text: string, pointers: readonly string[]): ReadonlyMap<string, TextPlace> {
  const root: Sought = { below: new Map() };
  const sought = pointers.map((pointer) => [pointer, soughtAt(root, pointer)] as const);
  new Scanner(text, []).scan(root);
  return new Map(
    sought.filter((entry): entry is [string, TextPlace & Sought] => entry[1].value !== undefined),
  );
}

function soughtAt(root: Sought, pointer: string): Sought {
  return pointerNames(pointer).reduce((place, name) => {
    const next = place.below.get(name) ?? { below: new Map() };
    place.below.set(name, next);
    return next;
  }, root);
}

const notUtf8 = error(
  'td-json-open_utf-8',
  '',
  'The bytes are not UTF-8.',
  'Save the file as UTF-8 (TD 1.1 section 6.1).',
);

/** A byte order mark may be ignored (TD 1.1 td-json-open_accept-byte-order). */
function decode(input: string | Uint8Array): string | undefined {
  if (typeof input === 'string') return input.replace(/^\uFEFF/, '');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(input);
  } catch {
    return undefined;
  }
}

class JsonFault extends Error {
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(finding.message);
    this.finding = finding;
  }
}

/** Walks the grammar of RFC 8259 once; values are left to `JSON.parse`. */
class Scanner {
  readonly #text: string;
  readonly #findings: Finding[];
  #at = 0;

  constructor(text: string, findings: Finding[]) {
    this.#text = text;
    this.#findings = findings;
  }

  scan(sought?: Sought): void {
    this.#value('', 0, sought);
    if (this.#next() !== '') throw this.#unexpected('', 'Remove what follows the JSON value.');
  }

  #value(pointer: string, depth: number, sought?: Sought): void {
    const first = this.#next();
    const from = this.#at;
    if (first === '{' || first === '[') {
      if (depth === maxNesting) throw this.#tooDeep(pointer);
      if (first === '{') this.#object(pointer, depth + 1, sought);
      else this.#array(pointer, depth + 1, sought);
    } else if (first === '"') this.#string(pointer);
    else if (!this.#take(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y)) {
      throw this.#unexpected(
        pointer,
        'A value belongs here: an object, array, string, number, true, false or null.',
      );
    }
    if (sought) sought.value = { from, to: this.#at };
  }

  #object(pointer: string, depth: number, sought?: Sought): void {
    const names = new Set<string>();
    this.#sequence(pointer, '}', () => {
      if (this.#next() !== '"')
        throw this.#unexpected(pointer, 'A member name in double quotes belongs here.');
      const start = this.#at;
      this.#string(pointer);
      const name = JSON.parse(this.#text.slice(start, this.#at)) as string;
      if (names.has(name)) this.#duplicate(jsonPointer(pointer, name), name, start);
      names.add(name);
      const member = sought?.below.get(name);
      if (member) member.name = { from: start, to: this.#at };
      if (this.#next() !== ':') throw this.#unexpected(pointer, 'A colon belongs after the member name.');
      this.#at += 1;
      this.#value(jsonPointer(pointer, name), depth, member);
    });
  }

  #array(pointer: string, depth: number, sought?: Sought): void {
    let index = 0;
    this.#sequence(pointer, ']', () => {
      const item = sought?.below.get(String(index));
      this.#value(jsonPointer(pointer, index++), depth, item);
    });
  }

  #sequence(pointer: string, end: string, item: () => void): void {
    this.#at += 1;
    if (this.#next() === end) this.#at += 1;
    else {
      item();
      while (this.#next() === ',') {
        this.#at += 1;
        item();
      }
      if (this.#next() !== end) throw this.#unexpected(pointer, `A comma or ${end} belongs here.`);
      this.#at += 1;
    }
  }

  #string(pointer: string): void {
    this.#at += 1;
    while (this.#take(/[ !#-[\]-\uffff]+/y) || this.#take(/\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y));
    if (this.#text[this.#at] !== '"') {
      throw this.#unexpected(
        pointer,
        'Close the string with a double quote; escape control characters and backslashes.',
      );
    }
    this.#at += 1;
  }

  /** The next character that is no white space; empty at the end. */
  #next(): string {
    this.#take(/[ \t\n\r]+/y);
    return this.#text.charAt(this.#at);
  }

  #take(token: RegExp): boolean {
    token.lastIndex = this.#at;
    const taken = token.test(this.#text);
    if (taken) this.#at = token.lastIndex;
    return taken;
  }

  #unexpected(pointer: string, hint: string): JsonFault {
    const found = this.#text.slice(this.#at, this.#at + 1);
    const what =
      found === '' ? 'The JSON ends too early' : `Not JSON: ${JSON.stringify(found)} is not expected`;
    const finding = error('td-json-open', pointer, `${what} at ${this.#place(this.#at)}.`, hint);
    return new JsonFault({ ...finding, at: this.#at });
  }

  #tooDeep(pointer: string): JsonFault {
    const message = `Arrays and objects are nested deeper than ${maxNesting} levels at ${this.#place(this.#at)}.`;
    const finding = error('nesting', pointer, message, 'Flatten the document.');
    return new JsonFault({ ...finding, at: this.#at });
  }

  // RFC 8259 section 4; JSON-LD 1.1 section 9 demands unique names
  #duplicate(pointer: string, name: string, at: number): void {
    if (this.#findings.length === maxFindings) return;
    const message = `The name ${JSON.stringify(name)} stands twice in one object, again at ${this.#place(at)}.`;
    const hint = 'Rename or remove one of the two: parsers silently drop one.';
    this.#findings.push({ ...mended(error('unique-names', pointer, message, hint), removal), at });
  }

  #place(at: number): string {
    const lines = this.#text.slice(0, at).split('\n');
    return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
  }
}
