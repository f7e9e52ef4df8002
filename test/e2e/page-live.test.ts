import type { Browser, Locator, Page } from 'playwright-core';
import { memoryStorage, type Servient } from 'thingwright';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import greenhouse from '../../examples/greenhouse/main.ts';
import { chromiumNeeds, openBrowser, openPage } from '../support/browser.ts';
import { freePort } from '../support/free-port.ts';
import { heldValue, type PageServient, startPageServient } from '../support/page-servient.ts';

let browser: Browser;
let site: PageServient;

const plants = (servient: Servient) => greenhouse(servient, { seed: 3, controlled: false });
const heater = '/things/zone-1-heater';

/** With a wrong type in line 12. */
const mistyped = {
  '@context': 'https://www.w3.org/2022/wot/td/v1.1',
  title: 'Lamp',
  securityDefinitions: { none: { scheme: 'nosec' } },
  security: 'none',
  properties: { on: { type: 'bolean', forms: [{ href: '/on' }] } },
};

describe.skipIf(chromiumNeeds.missing)(`the live page${chromiumNeeds.note}`, () => {
  beforeAll(async () => {
    [browser, site] = await Promise.all([openBrowser(), startPageServient(plants)]);
  });
  afterAll(() => Promise.all([browser?.close(), site?.servient.stop()]));

  /** A page of this site, or of another one. */
  async function open(path: string, { base }: { readonly base: string } = site) {
    const opened = await openPage(browser, { baseURL: base });
    onTestFinished(() => opened.page.context().close());
    const requests: string[] = [];
    opened.page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => void requests.push(JSON.parse(String(payload)).operation)),
    );
    await opened.page.goto(path);
    const sent = (operation: string) => requests.filter((each) => each === operation).length;
    return { ...opened, sent };
  }

  it('writes what is typed when it is entered, and shows what it does', async () => {
    const { page, faults, sent } = await open(heater);
    const level = card(page, 'Level');
    await level.getByRole('textbox').fill('80');
    await level.getByRole('button', { name: 'Apply' }).waitFor();
    expect(sent('writeproperty')).toBe(0);
    await level.getByRole('textbox').press('Enter');
    await level.getByText('80 %').waitFor();
    expect(await heldValue(site, 'zone-1-heater', 'level')).toBe(80);
    expect(sent('writeproperty')).toBe(1);
    const before = Number(await heldValue(site, 'zone-1-air-temperature', 'temperature'));
    await page.goto('/things/zone-1-air-temperature');
    await expect
      .poll(() => shown(card(page, 'Air temperature')), { timeout: 15_000 })
      .toBeGreaterThan(before);
    expect(faults).toEqual([]);
  });

  it('never changes nor sends what does not fit', async () => {
    const { page, sent } = await open(heater);
    const level = card(page, 'Level');
    for (const wrong of ['900', '-5', '1e999', 'warm']) {
      await level.getByRole('textbox').fill(wrong);
      await level.getByRole('textbox').press('Enter');
      await level.getByText(/must be/).waitFor();
      expect(await level.getByRole('textbox').inputValue()).toBe(wrong);
    }
    await level.getByRole('textbox').press('Escape');
    await level.getByText(/must be/).waitFor({ state: 'detached' });
    expect(sent('writeproperty')).toBe(0);
  });

  it('shows a write in every tab', async () => {
    const [first, second] = await Promise.all([open(heater), open('/things')]);
    const level = card(first.page, 'Level').getByRole('textbox');
    await level.fill('25');
    await level.press('Enter');
    const row = second.page.getByRole('listitem').filter({ hasText: 'Zone 1 heater' });
    await row.getByText('25 %').waitFor();
  });

  it('runs an action: refuses wrong input, shows it running, cancels it', async () => {
    const { page, faults, sent } = await open('/things/zone-1-irrigation-valve');
    const irrigate = page.getByRole('article', { name: 'Irrigate' });
    await irrigate.getByRole('button', { name: 'Run' }).click();
    await irrigate.getByText('is missing').waitFor();
    await irrigate.getByRole('textbox').fill('5000');
    await irrigate.getByRole('button', { name: 'Run' }).click();
    await irrigate.getByText('must be at most 2,000').waitFor();
    expect(sent('invokeaction')).toBe(0);
    await irrigate.getByRole('textbox').fill('400');
    await irrigate.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Yes, run it' }).click();
    await irrigate.getByText('Running').waitFor();
    await card(page, 'Open').getByText('Open', { exact: true }).nth(1).waitFor();
    await irrigate.getByRole('button', { name: 'Cancel Irrigate' }).click();
    await irrigate.getByText('Running').waitFor({ state: 'detached' });
    await expect.poll(() => heldValue(site, 'zone-1-irrigation-valve', 'open')).toBe(false);
    expect(faults).toEqual([]);
  });

  it('tells events as they come', async () => {
    const { page } = await open('/things/gate-reader?event=tagSeen');
    const events = page.getByRole('region', { name: 'Events' });
    const event = events.getByRole('listitem').first();
    await event.getByText('Tag seen').waitFor({ timeout: 15_000 });
    expect(await event.innerText()).toMatch(/urn:epc:/);
  });

  it('has a console that shows the call on the wire and for the shell', async () => {
    const { page, faults } = await open(`${heater}?view=console`);
    await page.getByText('curl -sS').waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    const exchange = page.getByRole('region', { name: 'Exchange' });
    await exchange.getByText('Matches its DataSchema').waitFor();
    await exchange.getByText(`GET ${site.base}/things/zone-1-heater/properties/level`).waitFor();
    await exchange.getByText('200 OK').waitFor();
    expect(faults).toEqual([]);
  });

  it('has an editor that marks the very line, and mends it', async () => {
    const { page, faults } = await open('/app/editor');
    await page.getByText('No findings').waitFor();
    const code = page.locator('.cm-content');
    await code.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(JSON.stringify(mistyped, null, 2));
    const marked = code.locator('.cm-line', { has: page.locator('.cm-lintRange-error') });
    expect(await marked.innerText()).toContain('"type": "bolean"');
    const findings = page.getByRole('region', { name: 'Findings' });
    await findings.getByText('Line 12').waitFor();
    await findings.getByRole('button', { name: 'Replace by "boolean"' }).click();
    await page.getByText('No findings').waitFor();
    expect(faults).toEqual([]);
  });

  it('is there again after its servient was, with the values of now, and sends nothing late', {
    timeout: 60_000,
  }, async () => {
    const options = { storage: memoryStorage(), http: { port: await freePort() } };
    let own = await startPageServient(plants, options);
    onTestFinished(() => own.servient.stop());
    const { page, faults, sent } = await open(heater, own);
    const level = card(page, 'Level');
    await level.locator('[data-state=fresh]').first().waitFor();
    await level.getByRole('textbox').fill('60');
    await level.getByRole('textbox').press('Enter');
    await level.getByText('60 %').waitFor();

    await own.servient.stop();
    await page.getByRole('button', { name: /Connection: (Offline|Connecting)/ }).waitFor();
    await level.locator('[data-state=stale]').first().waitFor();
    await level.getByRole('textbox').fill('70');
    await level.getByRole('textbox').press('Enter');
    await level
      .getByText(/nothing was sent/)
      .first()
      .waitFor();
    expect(await level.getByRole('textbox').inputValue()).toBe('70');

    own = await startPageServient(plants, options);
    await page.getByRole('button', { name: 'Connection: Live' }).waitFor({ timeout: 20_000 });
    await level.getByText('0 %', { exact: true }).waitFor();
    await level.locator('[data-state=stale]').first().waitFor({ state: 'detached' });
    expect(sent('writeproperty')).toBe(1);
    await page.getByRole('link', { name: 'Things' }).first().click();
    await page.getByRole('link', { name: 'Zone 1 air temperature' }).click();
    const temperature = card(page, 'Air temperature');
    const back = await shown(temperature);
    await expect.poll(() => shown(temperature), { timeout: 15_000 }).not.toBe(back);
    expect(faults.filter((fault) => !/WebSocket connection/.test(fault))).toEqual([]);
  });
});

/** The card of a primary property. */
function card(page: Page, title: string): Locator {
  return page.getByRole('article', { name: title, exact: true });
}

/** The number that a card shows. */
async function shown(of: Locator): Promise<number> {
  return Number.parseFloat(await of.locator('[data-state]').first().innerText());
}
