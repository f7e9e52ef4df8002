import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { benchCases, contendersOf } from '../bench/bench-cases.ts';
import { root } from '../support/markdown.ts';

test('npm run bench measures every case and prints ratios', { timeout: 120_000 }, () => {
  const flags = ['--short', '--rounds', '1', '--seconds', '0.05', '--warm-up', '0.01', '--things', '100'];
  const output = execFileSync(
    process.execPath,
    ['--conditions=thingwright-source', 'test/bench/main.ts', ...flags],
    { cwd: root, encoding: 'utf8' },
  );
  for (const { name, of, stage } of benchCases) {
    const line = output.split('\n').find((printed) => printed.startsWith(name)) ?? '';
    expect([name, line]).toEqual([name, expect.stringMatching(/\d \(\d/)]);
    if (of !== 'persistent' && contendersOf[stage].includes('bare'))
      expect(line).toMatch(/\d\.\d\d x(, aim [\d.]+)?$/);
  }
  expect(output).toMatch(/^(Page, first value .* ms|The page is not measured)/m);
  expect(output).not.toMatch(/^ {2}ours: \d+ failed/m);
});
