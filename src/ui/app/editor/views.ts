import type { TdViewName } from '../../page-data.ts';

/** The views of a TD in their order, as `?as=` names them; all but the first two are made by the servient. */
export const editorViews = [
  'source',
  'diff',
  'defaults',
  'no-defaults',
  'openapi',
  'types',
] as const satisfies readonly ('source' | 'diff' | TdViewName)[];
export type EditorView = (typeof editorViews)[number];

/** The view that a search parameter names. */
export function viewOf(as: string | undefined): EditorView {
  return editorViews.find((view) => view === as) ?? 'source';
}

/** How a file of a view ends. */
export const fileEndings: Readonly<Record<EditorView, string>> = {
  source: '.td.json',
  diff: '.td.json',
  defaults: '.td.json',
  'no-defaults': '.td.json',
  openapi: '.openapi.json',
  types: '.d.ts',
};
