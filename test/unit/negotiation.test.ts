import { expect, test } from 'vitest';
import { chooseCoding, isCompressible } from '../../src/bindings/http/messages/compression.ts';
import { negotiate } from '../../src/bindings/http/messages/negotiation.ts';

const offered = ['application/json', 'application/cbor', 'text/plain', 'text/event-stream'];

test.for([
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['application/*', 'application/json'],
  ['application/cbor', 'application/cbor'],
  ['application/*;q=0.5, application/cbor', 'application/cbor'],
  ['application/cbor;q=0.4, application/json;q=0.5', 'application/json'],
  ['application/json;q=0, */*', 'application/cbor'],
  ['application/*;q=0, */*', 'text/plain'],
  ['text/html, */*;q=0.1', 'application/json'],
  ['text/*;q=0.2, application/json;q=0.1', 'text/plain'],
  ['text/event-stream, application/json', 'application/json'],
  ['text/event-stream;q=1, application/json;q=0.999', 'text/event-stream'],
  ['APPLICATION/CBOR', 'application/cbor'],
  ['application/json;charset=latin1', 'application/json'],
  ['application/json;v=2', undefined],
  ['application/json;v=2, application/cbor;q=0.1', 'application/cbor'],
  ['application/json;v="a,b;q=0";q=0.3, text/plain;q=0.2', 'text/plain'],
  ['application/json;q=much, text/plain;q=0.1', 'text/plain'],
  ['application/json;q=7', 'application/json'],
  ['text/html', undefined],
  ['*/*;q=0', undefined],
  [';;;,,', undefined],
] as const)('Accept %s gives %s', ([accept, type]) => {
  expect(negotiate(accept, offered)).toBe(type);
  expect(negotiate(accept, offered)).toBe(type);
});

test('parameters of an offered type are looked at, and make a range more specific', () => {
  const video = ['multipart/x-mixed-replace;boundary=frame', 'text/plain'];
  expect(negotiate('multipart/x-mixed-replace', video)).toBe(video[0]);
  expect(negotiate('multipart/x-mixed-replace; Boundary="frame"', video)).toBe(video[0]);
  expect(negotiate('multipart/*;boundary=other, text/plain;q=0.1', video)).toBe('text/plain');
  const preferred = 'multipart/*;q=0, multipart/x-mixed-replace;boundary=frame;q=0.5, */*;q=0.4';
  expect(negotiate(preferred, video)).toBe(video[0]);
});

// RFC 9110 section 12.5.3
test.for([
  [undefined, undefined],
  ['', undefined],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  ['*', 'br'],
  ['br;q=0, *', 'gzip'],
  ['identity, *;q=0.5', undefined],
  ['gzip;q=0', undefined],
  ['deflate', undefined],
  ['*;q=0', undefined],
  ['identity;q=0', undefined],
  ['identity;q=0, gzip;q=0.1', 'gzip'],
] as const)('Accept-Encoding %s gives %s', ([header, coding]) => {
  expect(chooseCoding(header)).toBe(coding);
  expect(chooseCoding(header)).toBe(coding);
});

test('text, JSON and XML are worth compressing', () => {
  const types = [
    'application/json',
    'application/td+json',
    'text/csv;charset=utf-8',
    'image/svg+xml',
    'application/xml',
  ];
  expect(types.filter((type) => !isCompressible(type))).toEqual([]);
  const others = [
    'image/png',
    'application/cbor',
    'application/octet-stream',
    'application/jsonx',
    'video/mp4',
  ];
  expect(others.filter(isCompressible)).toEqual([]);
});
