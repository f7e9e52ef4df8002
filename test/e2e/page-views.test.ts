import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Servient } from 'thingwright';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import greenhouse, { dashboards } from '../../examples/greenhouse/main.ts';
import { accessibilityFaults, chromiumNeeds, openBrowser, openPage, overflow } from '../support/browser.ts';
import { loadedBytes } from '../support/built-page.ts';
import { heldValue, type PageServient, startPageServient } from '../support/page-servient.ts';

let browser: Browser;
let site: PageServient;

/** Every page: its path, its title in English and German, and what is there once it has all it needs. */
const views = [
  ['/', 'Overview', 'Übersicht', 'section[aria-labelledby=suggested] [data-state=fresh]'],
  ['/things', 'Things', 'Things', 'main [data-state=fresh]'],
  ['/things?as=table', 'Things', 'Things', 'main [data-state=fresh]'],
  ['/things/zone-1-heater', 'Zone 1 heater', 'Zone 1 heater', 'article [data-state=fresh]'],
  ['/things/gate-reader', 'Gate reader', 'Gate reader', 'article [data-state=fresh]'],
  ['/things/zone-1-heater?view=console', 'Zone 1 heater', 'Zone 1 heater', 'pre'],
  ['/things/zone-1-heater?view=td', 'Zone 1 heater', 'Zone 1 heater', '[data-light=valid]'],
  ['/app/dashboards', 'Dashboards', 'Dashboards', 'main a'],
  ['/app/dashboards/greenhouse-zone', 'Greenhouse zone', 'Gewächshauszone', 'main [data-state=fresh]'],
  ['/app/editor', 'TD editor', 'TD-Editor', '[data-light=valid]'],
  ['/app/console', 'Console', 'Konsole', 'main form'],
] as const;

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true } as const;
const plants = (servient: Servient) => greenhouse(servient, { seed: 3, controlled: false });

describe.skipIf(chromiumNeeds.missing)(`the page${chromiumNeeds.note}`, () => {
  beforeAll(async () => {
    [browser, site] = await Promise.all([openBrowser(), startPageServient(plants, { page: { dashboards } })]);
  });
  afterAll(() => Promise.all([browser?.close(), site?.servient.stop()]));

  /** A page of this site. */
  async function open(path: string, options: BrowserContextOptions = {}) {
    const opened = await openPage(browser, { baseURL: site.base, ...options });
    onTestFinished(() => opened.page.context().close());
    await opened.page.goto(path);
    return opened;
  }

  describe.each([
    ['in light colours', { colorScheme: 'light' }, 'all'],
    ['in dark colours and German', { colorScheme: 'dark', locale: 'de-DE' }, 'colours'],
    ['on a phone without motion', { ...phone, reducedMotion: 'reduce' }, 'all'],
  ] as const)('%s', (_, options, of) => {
    it('opens everywhere without a fault, for everyone', { timeout: 90_000 }, async () => {
      const { page, faults } = await open('/', options);
      for (const [path, english, german, ready] of views) {
        await page.goto(path);
        await page.locator(ready).first().waitFor();
        const name = 'locale' in options ? german : english;
        expect.soft(await page.getByRole('heading', { level: 1 }).allInnerTexts(), path).toEqual([name]);
        expect.soft(await page.title(), path).toContain(' · Thingwright');
        expect.soft(await overflow(page), `${path} is wider than the window`).toBeLessThanOrEqual(0);
        expect.soft(await accessibilityFaults(page, of), path).toEqual([]);
        expect.soft(faults.splice(0), path).toEqual([]);
      }
    });
  });

  it('opens what lies above its pages for everyone too', { timeout: 60_000 }, async () => {
    const { page, faults } = await open('/things', { reducedMotion: 'reduce' });
    const opens: readonly (readonly [way: () => Promise<void>, role: 'dialog' | 'menu'])[] = [
      [() => page.keyboard.press('Control+k'), 'dialog'],
      [() => page.keyboard.press('?'), 'dialog'],
      [() => page.getByRole('button', { name: 'Location' }).click(), 'dialog'],
      [() => page.getByRole('button', { name: /Colours/ }).click(), 'menu'],
      [() => page.goto('/things/zone-1-heater?property=level').then(() => {}), 'dialog'],
    ];
    for (const [way, role] of opens) {
      await page.getByRole('main').waitFor();
      await way();
      await page.getByRole(role).first().waitFor();
      expect.soft(await accessibilityFaults(page, 'standard'), String(way)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole(role).first().waitFor({ state: 'detached' });
    }
    expect(faults).toEqual([]);
  });

  it('says in its own words that a Thing or a page is not there', async () => {
    const { page, faults } = await open('/things/none');
    await page.getByRole('heading', { name: 'There is no Thing “none”' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'To all Things' }).click();
    await page.getByRole('heading', { name: 'Things', level: 1 }).waitFor();
    await page.goto('/app/nowhere');
    await page.getByRole('main').getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(faults).toEqual([]);
  });

  it('has its pages in a bar at the bottom of a phone, and only there', async () => {
    const { page } = await open('/', phone);
    const bar = page.getByRole('navigation', { name: 'Pages' });
    await bar.getByRole('link', { name: 'Things' }).click();
    await page.getByRole('heading', { name: 'Things', level: 1 }).waitFor();
    const { y = 0, height = 0 } = (await bar.boundingBox()) ?? {};
    expect(y + height).toBe(phone.viewport.height);
    for (const link of await bar.getByRole('link').all())
      expect((await link.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  });

  it('moves nothing for who prefers that', async () => {
    const { page } = await open('/things/zone-1-heater', { reducedMotion: 'reduce' });
    await page.getByRole('article', { name: 'Level' }).waitFor();
    await page.getByRole('button', { name: 'Details of Level' }).click();
    await page.getByRole('dialog').waitFor();
    const moving = await page.evaluate<number[]>(
      'document.getAnimations().map(({ effect }) => effect.getComputedTiming().duration)',
    );
    expect(moving.filter((duration) => duration > 10)).toEqual([]);
  });

  it('leads from Ctrl-K to an affordance', async () => {
    const { page } = await open('/');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('Control+k');
    const search = page.getByRole('combobox', { name: 'Search' });
    await search.fill('zone 2 irrigate');
    await page.getByRole('option', { name: /^Irrigate/ }).waitFor();
    await search.press('Enter');
    await page.waitForURL(/\/things\/zone-2-irrigation-valve\?.*action=irrigate/);
    await page.getByRole('article', { name: 'Irrigate' }).getByRole('textbox').waitFor();
  });

  it('keeps filters in the address, over a reload', async () => {
    const { page } = await open('/things');
    const items = page.getByRole('main').getByRole('link', { name: /Zone|Gate|Weather/ });
    await page.getByRole('searchbox', { name: 'Filter' }).fill('temperature');
    await page.getByRole('button', { name: 'Location' }).click();
    await page.getByRole('checkbox', { name: /Zone 2/ }).check();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Remove the filter Location: Zone 2' }).waitFor();
    expect(await items.allInnerTexts()).toEqual(['Zone 2 air temperature']);
    const address = page.url();
    await page.reload();
    await items.first().waitFor();
    expect(await items.allInnerTexts()).toEqual(['Zone 2 air temperature']);
    expect(page.url()).toBe(address);
  });

  it('leads from the start to a write by keys alone', async () => {
    const { page } = await open('/');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.getByRole('link', { name: 'Zone 1 heater', exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('zone 1 heater');
    await page.getByText('1 of 22').waitFor();
    await tabTo(page, 'Zone 1 heater');
    await page.keyboard.press('Enter');
    await page.getByRole('article', { name: 'Level' }).getByRole('textbox').waitFor();
    await tabTo(page, 'Level', 'INPUT');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('35');
    await page.keyboard.press('Enter');
    await expect.poll(() => heldValue(site, 'zone-1-heater', 'level')).toBe(35);
  });

  it('works below a path of a server of the user', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { servient, web } = await startPageServient(plants, {
      http: { mounted: { base: `${origin}/plants/wot` } },
    });
    onTestFinished(async () => {
      server.close();
      await servient.stop();
    });
    server.on('request', web.handler).on('upgrade', web.upgrade);
    const { page, faults } = await open(`${origin}/plants/wot/things/zone-1-heater`);
    await page.locator('article [data-state=fresh]').first().waitFor();
    await page.getByRole('link', { name: 'Things' }).first().click();
    await page.waitForURL(`${origin}/plants/wot/things`);
    await page.locator('main [data-state=fresh]').first().waitFor();
    expect(faults).toEqual([]);
  });

  it.each(['/', '/things/zone-1-heater'])('needs little to begin with %s', async (path) => {
    const { page } = await open(path);
    await page.locator('main [data-state=fresh]').first().waitFor();
    const [scripts, styles] = await Promise.all([loadedBytes(page, '.js'), loadedBytes(page, '.css')]);
    expect(Math.min(scripts, styles)).toBeGreaterThan(0);
    expect(scripts).toBeLessThanOrEqual(300_000);
    expect(styles).toBeLessThanOrEqual(60_000);
  });
});

/** Presses Tab until something of this name has the focus. */
async function tabTo(page: Page, name: string, tag = 'A'): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate<readonly [tag: string, name: string]>(
      '[document.activeElement.tagName, document.activeElement.ariaLabel ?? document.activeElement.textContent]',
    );
    if (focused[0] === tag && focused[1] === name) return;
  }
  throw new Error(`Tab does not lead to ${name}.`);
}
