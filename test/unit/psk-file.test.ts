import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WotError } from '../../src/contracts/errors.ts';
import { isReadableByAll, pskEntries, readFirstPsk, readPskFile } from '../../src/security/psk-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const key = '000102030405060708090a0b0c0d0e0f';

test('a key file is read: comments, empty lines, CRLF', () => {
  const file = join(temporaryFolder(), 'keys');
  writeFileSync(file, `# valves\r\nvalve-1:${key}\r\n\r\n  \nprobe é:${key.toUpperCase()}ff\n`);
  expect(readPskFile(file)).toEqual({
    'valve-1': Buffer.from(key, 'hex'),
    'probe é': Buffer.from(`${key}ff`, 'hex'),
  });
});

test.each([
  ['valve-1', 'line 1 is not identity:key'],
  [`:${key}`, 'line 1 is not identity:key'],
  [`\nvalve-1:${key}0`, 'line 2 is not identity:key'],
  ['valve-1:0001', 'line 1 has a key of fewer than 16 bytes'],
  [`a:${key}\na:${key}`, 'line 2 names "a" again'],
  [`${'é'.repeat(65)}:${key}`, 'line 1 has an identity of more than 128 bytes'],
  ['# nothing', 'keys has no key'],
])('%j is refused, and no key stands in the message', (text, reason) => {
  const failing = () => pskEntries(text, 'keys');
  expect(failing).toThrow(expect.objectContaining({ code: 'PSK_FILE_INVALID' }));
  expect(failing).toThrow(reason);
  expect(failing).not.toThrow(key);
});

test('what stands first is the first, also before a number', () => {
  const file = join(temporaryFolder(), 'keys');
  writeFileSync(file, `# first: no\nvalve-1:${key}\n7:${key}ff\n`, { mode: 0o600 });
  expect(readFirstPsk(file)).toEqual({ identity: 'valve-1', key: Buffer.from(key, 'hex') });
  expect(isReadableByAll(file)).toBe(false);
  chmodSync(file, 0o644);
  expect(isReadableByAll(file)).toBe(true);
});

test('a file that is not there is told', () => {
  expect(() => readPskFile('/nowhere/keys')).toThrow(
    expect.objectContaining({ code: 'PSK_FILE_UNREADABLE' }),
  );
});

test('any text is keys or a WotError', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      try {
        expect([...pskEntries(text, 'keys').values()].every(({ length }) => length >= 16)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(WotError);
      }
    }),
  );
});
