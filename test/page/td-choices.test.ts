import { json } from '@codemirror/lang-json';
import { EditorState } from '@codemirror/state';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tdChoices } from '../../src/ui/app/editor/code/td-choices.ts';
import schema from '../../td-schemas/td-1.1.schema.json' with { type: 'json' };

/** The labels that are offered where `|` stands. */
function offered(marked: string): readonly string[] {
  const at = marked.indexOf('|');
  const state = EditorState.create({ doc: marked.replace('|', ''), extensions: json() });
  return tdChoices(schema, state, at)?.choices.map(({ label }) => label) ?? [];
}

describe('names of members', () => {
  test.each([
    ['{|}', ['@context', 'title', 'properties', 'securityDefinitions'], ['op', 'href']],
    ['{"title": "x", |}', ['properties'], ['title']],
    ['{"title": "x", "ti|": 1}', ['titles'], ['title']],
    ['{"properties": {"a": {|}}}', ['type', 'unit', 'observable', 'forms'], ['input', 'op']],
    ['{"actions": {"a": {"input": {|}}}}', ['type', 'minimum'], ['observable']],
    ['{"properties": {"a": {"forms": [{"|"}]}}}', ['href', 'op', 'htv:methodName', 'mqv:topic'], ['type']],
    ['{"securityDefinitions": {"a": {"scheme": "apikey", "|"}}}', ['in', 'name'], ['flow', 'qop']],
    ['{"securityDefinitions": {"a": {"scheme": "oauth2", |}}}', ['flow', 'token'], ['qop']],
    ['{"@type": "tm:ThingModel", |}', ['tm:optional'], []],
  ])('%s', (marked, some, none) => {
    expect(offered(marked)).toEqual(expect.arrayContaining(some));
    expect(offered(marked).filter((label) => none.includes(label))).toEqual([]);
  });

  test('names of affordances are the author’s', () => {
    expect(offered('{"properties": {"|"}}')).toEqual([]);
  });
});

describe('values', () => {
  test.each([
    ['{"properties": {"a": {"type": |}}}', ['"integer"', '"object"'], []],
    ['{"properties": {"a": {"type": "int|"}}}', ['"integer"'], []],
    ['{"properties": {"a": {"readOnly": |}}}', ['true', 'false'], []],
    ['{"properties": {"a": {"readOnly": t|, "b": 1}}}', ['true', 'false'], []],
    ['{"properties": {"a": {"unit": "zz|"}}}', ['"%"'], ['"zz"']],
    ['{"properties": {"a": {"forms": [{"op": ["|"]}]}}}', ['"readproperty"'], ['"invokeaction"']],
    ['{"actions": {"a": {"forms": [{"op": "|"}]}}}', ['"invokeaction"'], ['"readproperty"']],
    ['{"forms": [{"op": ["readallproperties", |]}]}', ['"queryallactions"'], ['"readproperty"']],
    ['{"security": "|", "securityDefinitions": {"key_sc": {}}}', ['"key_sc"'], []],
    ['{"securityDefinitions": {"a": {"scheme": "combo", "oneOf": ["|"]}}}', ['"a"'], []],
    ['{"securityDefinitions": {"a": {"scheme": "|"}}}', ['"nosec"', '"oauth2"'], []],
    ['{"properties": {"a": {"unit": "Cel2"}, "b": {"unit": "|"}}}', ['"Cel2"', '"%"'], []],
    ['{"@context": ["|"]}', ['"https://www.w3.org/2022/wot/td/v1.1"'], []],
    ['{"@context": {"saref": "https://saref.etsi.org/core/"}, "@type": "|"}', ['"saref:"'], []],
    ['{"properties": {"a": {"properties": {"b": {}}, "required": ["|"]}}}', ['"b"'], []],
    ['{"properties": {"a": {"forms": [{"contentType": |}]}}}', ['"application/cbor"'], []],
  ])('%s', (marked, some, none) => {
    expect(offered(marked)).toEqual(expect.arrayContaining(some));
    expect(offered(marked).filter((label) => none.includes(label))).toEqual([]);
  });
});

test('any text at any position', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '"op"',
    '"forms"',
    '"properties"',
    '1',
    ' ',
    '\n',
    '\\',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 20 }), fc.nat(), (pieces, at) => {
      const doc = pieces.join('');
      const state = EditorState.create({ doc, extensions: json() });
      const found = tdChoices(schema, state, at % (doc.length + 1));
      expect(found === undefined || found.from <= found.to).toBe(true);
    }),
  );
});
