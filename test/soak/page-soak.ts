import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openBrowser, openPage } from '../support/browser.ts';
import { startGreenhouse } from '../support/greenhouse.ts';
import { pageHeap } from '../support/page-heap.ts';

// node --conditions=thingwright-source test/soak/page-soak.ts [--minutes n]
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const seconds = Number(values.minutes) * 60;
/** How often the heap is looked at; the first third of the run fills logs and trends. */
const samples = 15;
/** Of the heap, by which it may be larger in the last third than in the second. */
const tolerance = 0.05;

const greenhouse = await startGreenhouse('--speed', '60');
const browser = await openBrowser();
const base = greenhouse.address('http');
const still = ['/', '/things', '/things/gate-reader', '/app/dashboards/greenhouse-zone'] as const;
const tabs = await Promise.all([...still, '/things/zone-1-heater'].map(open));
const walking = tabs.at(-1)?.page as Page;

console.log(`${seconds} s of pages of ${base}; MB of their scripts after garbage collection.`);
console.log(
  row(
    'seconds',
    tabs.map(({ name }) => name),
  ),
);
const heaps: (readonly number[])[] = [];
const start = performance.now();
for (let sample = 1; sample <= samples; sample += 1) {
  await walkUntil(start + (sample * seconds * 1000) / samples);
  heaps.push(await Promise.all(tabs.map(({ page }) => pageHeap(page))));
  const elapsed = ((performance.now() - start) / 1000).toFixed(0);
  console.log(row(elapsed, heaps.at(-1)?.map((bytes) => (bytes / 1e6).toFixed(2)) ?? []));
}
const faults = tabs.flatMap((tab) => tab.faults);
for (const fault of faults) console.log(`fault: ${fault}`);
const flat = tabs.map(({ name }, tab) =>
  isFlat(
    name,
    heaps.map((heap) => heap[tab] ?? 0),
  ),
);
await browser.close();
await greenhouse.stop();
process.exitCode = flat.every(Boolean) && faults.length === 0 ? 0 : 1;

async function open(path: string, place: number) {
  const opened = await openPage(browser);
  await opened.page.goto(base + path);
  await opened.page.locator('main [data-state=fresh]').first().waitFor();
  return { ...opened, name: place < still.length ? path : 'walking' };
}

/** Goes from page to page by links, as people do. */
async function walkUntil(end: number): Promise<void> {
  do {
    for (const link of ['Overview', 'Things', 'Dashboards', 'TD editor']) {
      await walking.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: link }).click();
      await walking.getByRole('heading', { level: 1, name: link }).waitFor();
      await pause(500);
    }
  } while (performance.now() < end);
}

function isFlat(name: string, heap: readonly number[]): boolean {
  const third = samples / 3;
  const rise = average(heap.slice(2 * third)) / average(heap.slice(third, 2 * third)) - 1;
  console.log(`${name}: ${rise <= tolerance ? 'flat' : 'RISING'} (${(rise * 100).toFixed(1)} %)`);
  return rise <= tolerance;
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function row(first: string, cells: readonly string[]): string {
  return [first, ...cells].map((cell) => cell.slice(-18).padStart(20)).join('');
}
