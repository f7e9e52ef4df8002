import { describe, expect, it } from 'vitest';
import { WotError } from '../../src/contracts/errors.ts';
import { expandUriTemplate } from '../../src/td/uri-template.ts';

// RFC 6570 section 3.2
const variables = {
  count: ['one', 'two', 'three'],
  dom: ['example', 'com'],
  dub: 'me/too',
  hello: 'Hello World!',
  half: '50%',
  var: 'value',
  who: 'fred',
  base: 'http://example.com/home/',
  path: '/foo/bar',
  list: ['red', 'green', 'blue'],
  keys: { semi: ';', dot: '.', comma: ',' },
  v: 6,
  x: 1024,
  y: 768,
  empty: '',
  empty_keys: [],
  'flow-rate': 3,
  größe: 4,
  undef: null,
};

const examples: Readonly<Record<string, string>> = {
  '{count}': 'one,two,three',
  '{count*}': 'one,two,three',
  '{/count}': '/one,two,three',
  '{/count*}': '/one/two/three',
  '{;count}': ';count=one,two,three',
  '{;count*}': ';count=one;count=two;count=three',
  '{?count}': '?count=one,two,three',
  '{?count*}': '?count=one&count=two&count=three',
  '{&count*}': '&count=one&count=two&count=three',
  '{var}': 'value',
  '{hello}': 'Hello%20World%21',
  '{half}': '50%25',
  'O{empty}X': 'OX',
  'O{undef}X': 'OX',
  '{x,y}': '1024,768',
  '{x,hello,y}': '1024,Hello%20World%21,768',
  '?{x,empty}': '?1024,',
  '?{x,undef}': '?1024',
  '{var:3}': 'val',
  '{var:30}': 'value',
  '{keys}': 'semi,%3B,dot,.,comma,%2C',
  '{keys*}': 'semi=%3B,dot=.,comma=%2C',
  '{+hello}': 'Hello%20World!',
  '{+half}': '50%25',
  '{base}index': 'http%3A%2F%2Fexample.com%2Fhome%2Findex',
  '{+base}index': 'http://example.com/home/index',
  '{+path}/here': '/foo/bar/here',
  '{+path:6}/here': '/foo/b/here',
  '{+list*}': 'red,green,blue',
  '{+keys}': 'semi,;,dot,.,comma,,',
  '{#var}': '#value',
  '{#path,x}/here': '#/foo/bar,1024/here',
  'foo{#empty}': 'foo#',
  'foo{#undef}': 'foo',
  '{#keys*}': '#semi=;,dot=.,comma=,',
  'X{.var}': 'X.value',
  'X{.empty_keys*}': 'X',
  'www{.dom*}': 'www.example.com',
  'X{.keys*}': 'X.semi=%3B.dot=..comma=%2C',
  '{/var,empty}': '/value/',
  '{/var:1,var}': '/v/value',
  '{/list*,path:4}': '/red/green/blue/%2Ffoo',
  '{;v,empty,who}': ';v=6;empty;who=fred',
  '{;v,bar,who}': ';v=6;who=fred',
  '{;hello:5}': ';hello=Hello',
  '{;keys*}': ';semi=%3B;dot=.;comma=%2C',
  '{?x,y,empty}': '?x=1024&y=768&empty=',
  '{?x,y,undef}': '?x=1024&y=768',
  '{?keys}': '?keys=semi,%3B,dot,.,comma,%2C',
  '?fixed=yes{&x}': '?fixed=yes&x=1024',
  '{&var:3}': '&var=val',
  '{?flow-rate,gr%C3%B6%C3%9Fe,größe}': '?flow-rate=3&gr%C3%B6%C3%9Fe=4&gr%C3%B6%C3%9Fe=4',
  'ü%20 {x}': '%C3%BC%20%201024',
};

describe('URI templates (RFC 6570)', () => {
  it.each(Object.entries(examples))('expands %s', (template, expanded) => {
    expect(expandUriTemplate(template, variables)).toBe(expanded);
  });

  it('takes own variables alone', () => {
    expect(expandUriTemplate('a{constructor}', {})).toBe('a');
  });

  it.each(['{', '}', '{}', '{?}', 'a{b', '{a{b}}', '{a b}', '{!a}', '{a:0}', '{a:10000}', '{a,}'])(
    'refuses %s',
    (template) => {
      expect(() => expandUriTemplate(template, variables)).toThrow(WotError);
    },
  );
});
