import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { defineThing, type Servient } from 'thingwright';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { accessibilityFaults, chromiumNeeds, openBrowser, openPage, overflow } from '../support/browser.ts';
import { loadedBytes } from '../support/built-page.ts';
import { hostileThings } from '../support/page-hostile-things.ts';
import { heldValue, startPageServient } from '../support/page-servient.ts';

let browser: Browser;

const hostilePages = ['/things', '/things?as=table', '/things/hostile', '/things/hostile?view=console'];

describe.skipIf(chromiumNeeds.missing)(`the page and what it cannot choose${chromiumNeeds.note}`, () => {
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  async function open(address: string, options = {}) {
    const opened = await openPage(browser, options);
    onTestFinished(() => opened.page.context().close());
    await opened.page.goto(address);
    return opened;
  }

  /** A servient with Things that are hostile, late, wrong, silent, and one that is good. */
  async function startHostile() {
    const { things, answer } = hostileThings();
    const expose = (servient: Servient) => Promise.all(things.map((thing) => servient.expose(thing)));
    const { servient, base } = await startPageServient(expose, { handlerTimeout: 3000, logger: silent });
    onTestFinished(() => servient.stop());
    return { base, answer };
  }

  it.each([
    ['desktop', {}],
    ['phone', { viewport: { width: 390, height: 844 } }],
  ] as const)(
    'shows hostile TDs as the plain text that they are, on a %s',
    { timeout: 60_000 },
    async (_, options) => {
      const { base } = await startHostile();
      const { page, faults } = await open(base, options);
      for (const path of hostilePages) {
        await page.goto(base + path);
        await page.locator('main [data-td-text]', { hasText: '<script>' }).first().waitFor();
        expect.soft(await page.title(), path).toMatch(/ · Thingwright$/);
        expect.soft(await overflow(page), path).toBe(0);
        expect.soft(await accessibilityFaults(page), path).toEqual([]);
      }
      expect(faults).toEqual([]);
    },
  );

  it('is at ease with 500 properties and with thirty levels', async () => {
    const { base } = await startHostile();
    const { page, faults } = await open(`${base}/things/many`);
    await page.getByRole('button', { name: 'Details of Property p0' }).waitFor();
    await page.getByRole('button', { name: 'Details of Property p499' }).scrollIntoViewIfNeeded();
    await page.getByRole('listitem').filter({ hasText: 'Property p499' }).getByText('499').waitFor();
    await page.goto(`${base}/things/deep`);
    await page.getByRole('article', { name: 'plant' }).getByRole('button', { name: 'Run' }).click();
    await page.getByText('30 members').or(page.getByText('1 member')).first().waitFor();
    expect(faults).toEqual([]);
  });

  it('says of each Thing how it answers, and lets none hold up another', async () => {
    const { base, answer } = await startHostile();
    const { page, faults } = await open(`${base}/things`);
    const cardOf = (title: string) => page.getByRole('listitem').filter({ hasText: title });
    await cardOf('A good one').getByText('21').waitFor();
    await cardOf('A wrong one').locator('[data-state=unreachable]').first().waitFor();
    expect(await cardOf('A late one').innerText()).toContain('Not read yet');
    answer();
    await cardOf('A late one').getByText('42').waitFor();
    await cardOf('A never one').locator('[data-state=unreachable]').first().waitFor();
    await page.goto(`${base}/things/never`);
    await page
      .getByText(/did not answer/)
      .first()
      .waitFor();
    expect(faults).toEqual([]);
  });

  it('lives in pages of others where they may, and says why where not', async () => {
    const place = createServer(
      (_, response) => void response.setHeader('content-type', 'text/html').end(html),
    );
    place.listen(0, '127.0.0.1');
    await once(place, 'listening');
    const origin = `http://127.0.0.1:${(place.address() as AddressInfo).port}`;
    const [friend, stranger] = await Promise.all([
      startPageServient(lamps, { http: { cors: [origin] } }),
      startPageServient(lamps, { logger: silent }),
    ]);
    onTestFinished(async () => {
      place.close();
      await Promise.all([friend.servient.stop(), stranger.servient.stop()]);
    });
    const html = `<!doctype html><title>Elsewhere</title><script type="module" src="${friend.base}/app/elements.js"></script>
      <wot-property thing="${friend.base}/things/lamp" name="level" control></wot-property>
      <wot-thing src="${friend.base}/things/lamp"></wot-thing>
      <wot-property thing="${stranger.base}/things/lamp" name="level"></wot-property>`;
    const { page } = await open(origin);
    const own = page.locator('wot-property').first();
    await own.getByText('5 %').waitFor();
    await own.getByRole('textbox', { name: 'Set Level' }).or(own.getByRole('spinbutton')).fill('40');
    await page.keyboard.press('Enter');
    await page.locator('wot-thing').getByText('40 %', { exact: true }).waitFor();
    expect(await heldValue(friend, 'lamp', 'level')).toBe(40);
    await page.getByRole('alert').getByText(`wot serve --cors ${origin}`).waitFor();
    expect(await loadedBytes(page, '.js')).toBeLessThanOrEqual(30_000);
  });
});

const quiet = () => {};
const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet };

function lamps(servient: Servient) {
  let level = 5;
  const schema = {
    title: 'Level',
    type: 'integer',
    unit: 'percent',
    minimum: 0,
    maximum: 100,
    observable: true,
  } as const;
  const lamp = defineThing({ title: 'Lamp', properties: { level: schema } }, (thing) => ({
    properties: {
      level: {
        read: () => level,
        write(value) {
          level = value;
          thing.notify('level', value);
        },
      },
    },
  }));
  return servient.expose(lamp);
}
