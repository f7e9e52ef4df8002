import { ensureSyntaxTree, syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';

type SyntaxNode = ReturnType<typeof syntaxTree>['topNode'];

/** Where in the JSON a position of the text is. */
export interface JsonPlace {
  /** Whether the name of a member or a value belongs there. */
  readonly what: 'name' | 'value';
  /** To the object that the member belongs to, or to the value. */
  readonly path: readonly (string | number)[];
  /** What stands there already. */
  readonly from: number;
  readonly to: number;
  /** The object around it. */
  readonly object?: SyntaxNode;
}

/** The place at a position; undefined where nothing can stand. */
export function placeAt(state: EditorState, position: number): JsonPlace | undefined {
  const tree = ensureSyntaxTree(state, position, 100) ?? syntaxTree(state);
  const node = tree.resolveInner(position, -1);
  if (node.name === 'PropertyName') return nameAt(state, node);
  if (isScalar(node)) return valueAt(state, node, position);
  const { word, before } = lastOf(state.sliceDoc(Math.max(0, position - 500), position));
  const around = enclosing(node);
  if (around === undefined) return undefined;
  const own = { from: position - word.length, to: position };
  if (around.name === 'Object' && (before === '{' || before === ',')) {
    return { what: 'name', path: pathOf(state, around), object: around, ...own };
  }
  if (around.name === 'Property' && before === ':') return { ...valueAt(state, around, position), ...own };
  if (around.name === 'Array' && (before === '[' || before === ',')) {
    const index = values(around).filter(({ to }) => to <= position).length;
    return { what: 'value', path: [...pathOf(state, around), index], ...own };
  }
  return undefined;
}

/** The word that a text ends with, and the last character before it that is no white space. */
function lastOf(text: string): { readonly word: string; readonly before: string } {
  const [word = ''] = text.match(/[\w.+-]*$/) ?? [];
  return {
    word,
    before: text
      .slice(0, text.length - word.length)
      .trimEnd()
      .slice(-1),
  };
}

function nameAt(state: EditorState, node: SyntaxNode): JsonPlace | undefined {
  const object = ancestor(node, 'Object');
  if (!object) return undefined;
  return { what: 'name', path: pathOf(state, object), object, from: node.from, to: node.to };
}

function valueAt(state: EditorState, node: SyntaxNode, position: number): JsonPlace {
  const object = ancestor(node, 'Object');
  const span = isScalar(node) ? { from: node.from, to: node.to } : { from: position, to: position };
  return { what: 'value', path: pathOf(state, node), ...(object && { object }), ...span };
}

/** The names and indexes that lead to a node. */
function pathOf(state: EditorState, node: SyntaxNode): readonly (string | number)[] {
  const path: (string | number)[] = [];
  for (let each: SyntaxNode | null = node; each; each = each.parent) {
    if (each.name === 'Property') path.unshift(nameOf(state, each));
    const { parent, from } = each;
    if (parent?.name === 'Array') path.unshift(values(parent).filter(({ to }) => to <= from).length);
  }
  return path;
}

/** The members of an object, by name. */
export function membersOf(state: EditorState, object: SyntaxNode): ReadonlyMap<string, SyntaxNode | null> {
  return new Map(object.getChildren('Property').map((each) => [nameOf(state, each), valueNode(each)]));
}

/** The object that a path leads to. */
export function objectAt(state: EditorState, ...path: readonly string[]): SyntaxNode | undefined {
  const top = syntaxTree(state).topNode.getChild('Object') ?? undefined;
  return path.reduce<SyntaxNode | undefined>((object, name) => {
    const member = object && membersOf(state, object).get(name);
    return member?.name === 'Object' ? member : undefined;
  }, top);
}

/** The text of a JSON string; as it stands where it is no whole one. */
export function stringAt(
  state: EditorState,
  { from, to }: { readonly from: number; readonly to: number },
): string {
  const text = state.sliceDoc(from, to);
  try {
    return String(JSON.parse(text));
  } catch {
    return text.replaceAll('"', '');
  }
}

function nameOf(state: EditorState, property: SyntaxNode): string {
  const name = property.getChild('PropertyName');
  return name ? stringAt(state, name) : '';
}

function valueNode(property: SyntaxNode): SyntaxNode | null {
  const { lastChild } = property;
  return lastChild?.name === 'PropertyName' ? null : lastChild;
}

function values(array: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = array.firstChild; child; child = child.nextSibling) {
    if (isScalar(child) || child.name === 'Object' || child.name === 'Array') found.push(child);
  }
  return found;
}

function isScalar({ name }: SyntaxNode): boolean {
  return ['String', 'Number', 'True', 'False', 'Null'].includes(name);
}

function enclosing(node: SyntaxNode): SyntaxNode | undefined {
  for (let each: SyntaxNode | null = node; each; each = each.parent) {
    if (each.name === 'Object' || each.name === 'Array' || each.name === 'Property') return each;
  }
  return undefined;
}

function ancestor(node: SyntaxNode, name: string): SyntaxNode | undefined {
  for (let each = node.parent; each; each = each.parent) if (each.name === name) return each;
  return undefined;
}
