import {
  type Completion,
  type CompletionSource,
  insertCompletionText,
  snippet,
} from '@codemirror/autocomplete';
import type { JsonObject } from '../../../../td/json-object.ts';
import { type Choice, tdChoices } from './td-choices.ts';

/** Completes what TD 1.1 and the document itself let expect; `wordsOf` says what a term means. */
export function tdCompletion(
  schema: JsonObject,
  wordsOf: (term: string) => string | undefined,
): CompletionSource {
  return ({ state, pos, explicit }) => {
    const found = tdChoices(schema, state, pos);
    if (found === undefined || found.choices.length === 0 || (!explicit && found.from === found.to))
      return null;
    // What is typed is matched without its quotes, and replaced with them.
    const [opening, closing] = quotesOf(state.sliceDoc(found.from, found.to));
    const isName = found.what === 'name';
    const isBegun = isName && !/^\s*:/.test(state.sliceDoc(found.to, found.to + 20));
    const options = found.choices.map((choice): Completion => {
      const label = isName ? choice.label : choice.label.replace(/^"(.*)"$/, '$1');
      const insert = isBegun ? member(choice) : plain(isName ? JSON.stringify(label) : choice.label);
      return {
        label,
        apply: (view, completion, from, to) => insert(view, completion, from - opening, to + closing),
        info: wordsOf(label) ?? '',
        ...(choice.isRequired === true && { boost: 10 }),
      };
    });
    return { from: found.from + opening, to: found.to - closing, options, validFor: /^[^"\s,{}[\]]*$/ };
  };
}

/** How many characters of a text are quotes at its begin and end. */
function quotesOf(text: string): readonly [opening: number, closing: number] {
  return [text.startsWith('"') ? 1 : 0, text.length > 1 && text.endsWith('"') ? 1 : 0];
}

type Insert = Exclude<Completion['apply'], string | undefined>;

/** The member with the beginning of a value, the caret in it. */
function member({ label, begins = '' }: Choice): Insert {
  return snippet(`${JSON.stringify(label)}: ${begins.charAt(0)}\${}${begins.charAt(1)}`);
}

function plain(text: string): Insert {
  return (view, _, from, to) => view.dispatch(insertCompletionText(view.state, text, from, to));
}
