import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { needs } from './system-parts.ts';

/** For `describe.skipIf`. */
export const chromiumNeeds = needs('chromium');

/** Chromium as the system has it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumNeeds.command('chromium'),
    // Containers are run by root and have no sandbox of their own; /dev/shm is small there.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

/** A page that remembers what its console and its network said was wrong. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors of scripts, of the content policy and of requests to other origins. */
  readonly faults: string[];
}

/** Opens a page in a context of its own. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  // Before a test times out, so that it says what was not there.
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      faults.push(message.text());
    }
  });
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') faults.push(`asked ${request.url()}`);
  });
  return { page, faults };
}

const standard = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const choices = {
  /** What is good practice too. */
  all: { type: 'tag', values: [...standard, 'best-practice'] },
  standard: { type: 'tag', values: standard },
  colours: { type: 'rule', values: ['color-contrast'] },
} as const;

/** What axe finds against WCAG 2.2 AA, in one line each. */
export async function accessibilityFaults(
  page: Page,
  of: keyof typeof choices = 'all',
): Promise<readonly string[]> {
  const { type, values } = choices[of];
  const { violations } = await new AxeBuilder({ page })
    .options({ runOnly: { type, values: [...values] }, resultTypes: ['violations'] })
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

/** By how many pixels the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth');
}
