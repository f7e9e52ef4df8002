import { expect, test } from 'vitest';
import { coapCode } from '../../src/bindings/coap/messages/coap-code.ts';
import { errorKinds } from '../../src/contracts/errors.ts';
import { httpStatus } from '../../src/contracts/http-status.ts';
import { tableUnder, textOf } from '../support/markdown.ts';

const rows = tableUnder(textOf('ARCHITECTURE.md') ?? '', 'Errors');

test('the error table names every kind once, and no other', () => {
  expect(rows.map(([kind]) => kind).sort()).toEqual([...errorKinds].sort());
});

test('every kind has the HTTP status of the table', () => {
  expect(httpStatus).toEqual(Object.fromEntries(rows.map(([kind, status]) => [kind, Number(status)])));
});

test('every kind has the CoAP code of the table', () => {
  expect(coapCode).toEqual(Object.fromEntries(rows.map(([kind, , code]) => [kind, code])));
});

test('every kind says when', () => {
  expect(rows.filter(([, , , when]) => !when)).toEqual([]);
});
