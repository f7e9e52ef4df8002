import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage } from '../support/browser.ts';
import { pageHeap } from '../support/page-heap.ts';
import { startProcess } from './bench-process.ts';

/** Windows for which frames are counted: as people have them, and one that shows all 200 values at once. */
const windows = [
  { name: 'as on a desk', viewport: { width: 1280, height: 800 } },
  { name: 'all at once', viewport: { width: 1280, height: 14_000 } },
] as const;

/** What the web page costs with 200 values that change ten times a second, as lines to print. */
export async function measurePage(seconds: number): Promise<readonly string[]> {
  const server = startProcess('page-server.ts');
  const browser = await openBrowser();
  try {
    const address = `${await server.ask<string>('address')}/things/busy`;
    return [await measureStart(browser, address), ...(await measureWindows(browser, address, seconds))];
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function measureStart(browser: Browser, address: string): Promise<string> {
  const times = [await firstValue(browser, address), await firstValue(browser, address)].map(Math.round);
  return `${'Page, first value'.padEnd(30)}${times.join(', then ')} ms after navigation, aim 2000`;
}

/** Milliseconds from navigation to the first live value, in a profile that has nothing cached. */
async function firstValue(browser: Browser, address: string): Promise<number> {
  const { page } = await openPage(browser);
  const time = await showValues(page, address);
  await page.context().close();
  return time;
}

async function showValues(page: Page, address: string): Promise<number> {
  await page.goto(address, { waitUntil: 'commit' });
  await page.locator('main [data-state=fresh]').first().waitFor();
  return page.evaluate('performance.now()');
}

async function measureWindows(
  browser: Browser,
  address: string,
  seconds: number,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { name, viewport } of windows) {
    const { page } = await openPage(browser, { viewport });
    await showValues(page, address);
    const before = await pageHeap(page);
    const { rate, longest } = await countFrames(page, seconds);
    const [start, end] = [before, await pageHeap(page)].map((bytes) => (bytes / 1e6).toFixed(1));
    const label = `Page, 200 values, ${name}`.padEnd(44);
    const frames = `${rate.toFixed(0)} frames a second, aim 30, the longest ${longest.toFixed(0)} ms`;
    lines.push(`${label}${frames}; heap ${start} MB, then ${end} MB`);
    await page.context().close();
  }
  return lines;
}

interface Frames {
  readonly rate: number;
  /** Milliseconds. */
  readonly longest: number;
}

function countFrames(page: Page, seconds: number): Promise<Frames> {
  return page.evaluate(`new Promise((resolve) => {
    const times = [];
    const count = (time) => {
      times.push(time);
      const all = time - times[0];
      if (all < ${seconds * 1000}) return requestAnimationFrame(count);
      const gaps = times.slice(1).map((each, index) => each - times[index]);
      resolve({ rate: (gaps.length / all) * 1000, longest: Math.max(...gaps) });
    };
    requestAnimationFrame(count);
  })`);
}
