import { expect, test } from 'vitest';
import {
  coapType,
  contentFormatOf,
  mediaTypeOfFormat,
} from '../../src/bindings/coap/messages/content-formats.ts';

test.each([
  ['text/plain', 0],
  ['text/plain; charset=UTF-8', 0],
  ['text/plain;charset="utf-8"', 0],
  ['text/plain;charset=iso-8859-1', undefined],
  ['application/link-format', 40],
  ['application/octet-stream', 42],
  ['Application/JSON ; charset=utf-8', 50],
  ['application/json-patch+json', 51],
  ['application/merge-patch+json', 52],
  ['application/cbor', 60],
  ['application/cose; cose-type="cose-sign1"', 18],
  ['application/senml+json', 110],
  ['application/sensml+json', 111],
  ['application/senml+cbor', 112],
  ['application/sensml+cbor', 113],
  ['application/concise-problem-details+cbor', 257],
  ['application/td+json;profile=x', 432],
  ['application/vnd.example+json', undefined],
  ['constructor', undefined],
])('%s is %s', (type, format) => {
  expect(contentFormatOf(type)).toBe(format);
  if (format !== undefined) expect(contentFormatOf(mediaTypeOfFormat(format) ?? '')).toBe(format);
  expect(coapType(type)).toBe(format === undefined ? 'application/octet-stream' : type);
});
