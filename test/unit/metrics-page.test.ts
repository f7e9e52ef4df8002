import { expect, test } from 'vitest';
import { metricsPage } from '../../src/bindings/http/metrics-page.ts';

test('what the process counts is rendered once for all who ask at about the same time', async () => {
  const pages = await Promise.all([metricsPage([]), metricsPage([])]);
  pages.push(await metricsPage([]));
  expect(new Set(pages.map(String)).size).toBe(1);
  const own = await metricsPage([{ name: 'a', help: 'A.', type: 'gauge', samples: [{ value: 7 }] }]);
  expect(String(own)).toBe(`# HELP a A.\n# TYPE a gauge\na 7\n${pages[0]}`);
});
