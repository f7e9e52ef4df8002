import { isJsonObject } from '../json-object.ts';
import { jsonPointer } from '../json-pointer.ts';
import { error, type Finding, mended, shown } from './finding.ts';

/** The JSON-LD context of TD 1.1. */
export const context11 = 'https://www.w3.org/2022/wot/td/v1.1';

/** The JSON-LD context of TD 1.0, still accepted (TD 1.1 td-context-ns-td10-namespacev10). */
export const context10 = 'https://www.w3.org/2019/wot/td/v1';

/** Contexts of drafts and of other dialects, which real documents carry. */
const others: readonly (readonly [RegExp, string])[] = [
  [/^https?:\/\/www\.w3\.org\/ns\/td\/?(#.*)?$/, 'a draft of TD 1.0 and 1.1'],
  [/wot-next/, 'the unfinished TD 2.0'],
  [/w3c-wot-(td|common)-context/, 'a draft from before TD 1.0'],
  [/webthings\.io|iot\.mozilla\.org/, 'the WebThings Gateway, which has its own dialect'],
];

/** Says what is wrong with a `@context` that the schema refuses. */
export function explainContext(context: unknown, pointer: string): Finding {
  const entries: readonly unknown[] = Array.isArray(context) ? context : [context];
  const [first, second] = entries;
  if (first === context11 && entries.includes(context10)) {
    // TD 1.1 td-context-ns-td10-namespace
    return found(
      pointer,
      'The TD 1.0 context stands after the TD 1.1 context.',
      `Put ${shown(context10)} first, or remove it.`,
    );
  }
  const bad = entries.findIndex((entry, index) => index > 0 && !isEntry(entry));
  if (isTdContext(first) && bad > 0) {
    const hint = 'Use URIs and objects that map prefixes to URIs.';
    return found(jsonPointer(pointer, bad), `${shown(entries[bad])} is no context.`, hint);
  }
  const old = [first, second, ...entries].find(
    (entry) => typeof entry === 'string' && dialect(entry) !== undefined,
  );
  if (typeof old === 'string' && !entries.some(isTdContext)) return draft(pointer, old);
  const hint = `Put ${shown(context11)} first.`;
  return mended(found(pointer, 'The first context is not that of TD 1.1 or TD 1.0.', hint), {
    do: 'replace',
    values: [[context11, ...entries.filter((entry) => !isTdContext(entry) && isEntry(entry))]],
  });
}

function draft(pointer: string, context: string): Finding {
  const hint = `Change the document to TD 1.1 and its context to ${shown(context11)}.`;
  const message = `${shown(context)} is the context of ${dialect(context)}, not of TD 1.1 or TD 1.0.`;
  return mended(found(pointer, message, hint), { do: 'replace', values: [context11] });
}

function dialect(context: string): string | undefined {
  return others.find(([pattern]) => pattern.test(context))?.[1];
}

/** Whether a context entry is that of TD 1.1 or 1.0. */
export function isTdContext(entry: unknown): boolean {
  return entry === context11 || entry === context10;
}

function isEntry(entry: unknown): boolean {
  return (
    typeof entry === 'string' ||
    (isJsonObject(entry) && Object.values(entry).every((term) => typeof term === 'string'))
  );
}

function found(pointer: string, message: string, hint: string): Finding {
  return error('td-context', pointer, message, hint);
}
