import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../support/markdown.ts';
import { type Packed, packInto } from '../support/packed.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'packed-'));
const project = join(folder, 'project');
let packed: Packed;

/** Runs a program of the project to its end; gives what it printed. */
async function program(name: string, text: string): Promise<string> {
  writeFileSync(join(project, name), text);
  return (await run(process.execPath, [name], { cwd: project })).stdout;
}

function wot(...args: readonly string[]) {
  const bin = join(project, 'node_modules', '.bin', 'wot');
  return run(process.execPath, [bin, ...args], { cwd: project });
}

const td = {
  '@context': 'https://www.w3.org/2022/wot/td/v1.1',
  title: 'Lamp',
  security: 'none',
  securityDefinitions: { none: { scheme: 'nosec' } },
  properties: { on: { type: 'boolean', forms: [{ href: 'http://127.0.0.1/on' }] } },
};

describe('the packed package in an empty project', { timeout: 60_000 }, () => {
  beforeAll(() => {
    packed = packInto(folder);
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }\n');
    const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=dev'];
    execFileSync('npm', ['install', ...quick, packed.tarball], { cwd: project, stdio: 'pipe' });
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds what runs and nothing else', () => {
    const expected =
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|src\/cli\/wot\.js|td-schemas\/[\w.-]+|dist\/.+(\.js|\.d\.ts)|dist-page\/.+)$/;
    expect(packed.files.filter((file) => !expected.test(file))).toEqual([]);
    expect(packed.files).toEqual(
      expect.arrayContaining(['dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js', 'src/cli/wot.js']),
    );
    expect(packed.files).toEqual(
      expect.arrayContaining(['dist-page/index.html.br', 'dist-page/elements.js']),
    );
  });

  test('takes at most 150 MB with its dependencies', () => {
    const size = Number.parseInt(
      execFileSync('du', ['-sm', 'node_modules'], { cwd: project, encoding: 'utf8' }),
      10,
    );
    console.log(`A default install takes ${size} MB.`);
    expect(size).toBeLessThanOrEqual(150);
  });

  test('serves a Thing', async () => {
    const text = `
      import { createServient, defineThing, http, page } from 'thingwright';
      const servient = createServient({ bindings: [http({ port: 0 }), page()] });
      const lamp = { title: 'Lamp', properties: { on: { type: 'boolean' } } };
      await servient.expose(defineThing(lamp, { properties: { on: { initial: true } } }));
      const response = await fetch(servient.addresses[0] + '/things/lamp/properties/on');
      console.log(response.status, await response.text());
      const asPage = await fetch(servient.addresses[0] + '/things/lamp', { headers: { accept: 'text/html' } });
      console.log(asPage.status, asPage.headers.get('content-type'));
      await servient.stop();`;
    expect(await program('serve.js', text)).toBe('200 true\n200 text/html; charset=utf-8\n');
  });

  test('runs the Scripting API on a TD 1.1', async () => {
    const text = `
      import { createServient, http } from 'thingwright';
      const servient = createServient({ bindings: [http({ port: 0 })] });
      await servient.start();
      const wot = await servient.wot();
      const thing = await wot.produce({
        '@context': 'https://www.w3.org/2022/wot/td/v1.1',
        title: 'Lamp',
        properties: { on: { type: 'boolean' } },
      });
      thing.setPropertyReadHandler('on', async () => false);
      await thing.expose();
      const response = await fetch(servient.addresses[0] + '/things/lamp/properties/on');
      console.log(response.status, await response.text());
      await servient.stop();`;
    expect(await program('produce.js', text)).toBe('200 false\n');
  });

  test('has the command wot', async () => {
    writeFileSync(join(project, 'lamp.td.json'), JSON.stringify(td));
    writeFileSync(join(project, 'wrong.td.json'), JSON.stringify({ ...td, security: 'unknown' }));
    expect((await wot('--help')).stdout).toContain('Usage: wot');
    expect((await wot('validate', 'lamp.td.json')).stdout).toContain('lamp.td.json');
    await expect(wot('validate', 'wrong.td.json')).rejects.toMatchObject({ code: 3 });
  });

  test('has types for a strict TypeScript project', async () => {
    const text = `
      import { defineThing } from 'thingwright';
      const lamp = { title: 'Lamp', properties: { on: { type: 'boolean' } } } as const;
      defineThing(lamp, { properties: { on: { initial: true } } });
      // @ts-expect-error not a boolean
      defineThing(lamp, { properties: { on: { initial: 'yes' } } });`;
    writeFileSync(join(project, 'typed.ts'), text);
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024'];
    const types = ['--typeRoots', join(root, 'node_modules', '@types'), '--types', 'node', '--skipLibCheck'];
    const { stdout } = await run(process.execPath, [tsc, ...options, ...types, 'typed.ts'], {
      cwd: project,
    }).catch((error) => error);
    expect(stdout).toBe('');
  });
});
