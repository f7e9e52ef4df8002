import { syntaxTree } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { hoverTooltip } from '@codemirror/view';
import { stringAt } from './json-place.ts';

/** Says what a term of a TD means while the pointer rests on it. */
export function tdHover(wordsOf: (term: string) => string | undefined): Extension {
  return hoverTooltip(({ state }, position, side) => {
    const { name, from, to } = syntaxTree(state).resolveInner(position, side);
    if (name !== 'PropertyName' && name !== 'String') return null;
    const term = stringAt(state, { from, to });
    const words = wordsOf(term);
    if (words === undefined) return null;
    return { pos: from, end: to, above: true, create: () => ({ dom: tooltip(term, words) }) };
  });
}

function tooltip(term: string, words: string): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'cm-term';
  const strong = document.createElement('strong');
  strong.textContent = term;
  dom.append(strong, ` ${words}`);
  return dom;
}
