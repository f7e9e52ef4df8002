import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { jsonText, printValue } from '../../src/cli/output.ts';
import { escaped } from '../../src/servient/escaped.ts';

describe('printed text', () => {
  test('cannot steer the terminal', () => {
    expect(escaped('a\u001b[31m\nb\u009b2J\u202ec\u007f\t\u00e9\u{1f321}')).toBe(
      'a\\u001b[31m\\u000ab\\u009b2J\\u202ec\\u007f\t\u00e9\u{1f321}',
    );
  });

  test('is the same JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const line = escaped(JSON.stringify([value, text]));
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify([value, text])));
        expect(line).not.toMatch(/[^\P{Cc}\t]/u);
      }),
    );
  });
});

describe('bytes', () => {
  test('do not go to a terminal', () => {
    const { isTTY } = process.stdout;
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    process.stdout.isTTY = true;
    onTestFinished(() => {
      process.stdout.isTTY = isTTY;
      write.mockRestore();
    });
    printValue(Uint8Array.of(27, 91), false, 'image/png');
    const [[line] = []] = write.mock.calls;
    expect(line).toMatch(/^2 bytes of image\/png; .*> file.*--json/);
  });

  test('are base64 in JSON', () => {
    expect(jsonText({ value: Buffer.from([1, 2]) })).toBe('{"value":"AQI="}');
  });
});
