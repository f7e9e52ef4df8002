import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessRules } from '../../src/security/access-rules.ts';
import {
  type Addresses,
  commandLines,
  hasScript,
  proofOf,
  readdressed,
  runLine,
  runnable,
} from '../support/documented-lines.ts';
import {
  evaluation,
  fileOf,
  isEndless,
  onFreePorts,
  typeErrors,
  userFolder,
} from '../support/documented-programs.ts';
import { type Greenhouse, startGreenhouse } from '../support/greenhouse.ts';
import { codeBlocks, textOf } from '../support/markdown.ts';
import { needs } from '../support/system-parts.ts';

const blocks = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md'].flatMap((file) =>
  codeBlocks(textOf(file) ?? '').map((block) => ({ file, ...block })),
);
const programs = blocks.filter(({ language }) => language === 'ts');
const lines = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap((block) =>
    commandLines(block.text).map((line) => ({ where: `${block.file}:${block.line}`, line })),
  );

describe('code in the documents', () => {
  const folder = userFolder();
  const compiled = userFolder();
  let greenhouse: Greenhouse | undefined;
  let addresses: Addresses = { http: 'http://unused', coap: 'coap://unused', mqtt: 'mqtt://unused' };

  beforeAll(async () => {
    for (const block of programs) writeFileSync(join(compiled, fileOf(block)), block.text);
    greenhouse = await startGreenhouse();
    const { address } = greenhouse;
    addresses = { http: address('http'), coap: address('coap'), mqtt: address('mqtt') };
    // The default of `wot` without `--at`.
    process.env['THINGWRIGHT_URL'] = addresses.http;
    for (const block of programs) {
      writeFileSync(join(folder, fileOf(block)), onFreePorts(readdressed(block.text, addresses)));
    }
  });

  afterAll(async () => {
    await greenhouse?.stop();
    for (const used of [folder, compiled]) rmSync(used, { recursive: true, force: true });
  });

  test('has a language that a test knows', () => {
    const known = ['ts', 'sh', 'json', 'html', 'text'];
    const unknown = blocks.filter(({ language }) => !known.includes(language));
    expect(unknown.map(({ file, line, language }) => `${file}:${line} ${language}`)).toEqual([]);
  });

  test.for(blocks.filter(({ language }) => language === 'json'))('$file:$line is JSON', ({ text }) => {
    const document: object = JSON.parse(text);
    if (!('grants' in document)) return;
    expect(accessRules(document).principals.length).toBeGreaterThan(0);
    writeFileSync(join(folder, 'access.json'), text);
  });

  // test/e2e shows the elements in a browser.
  test.for(blocks.filter(({ language }) => language === 'html'))(
    '$file:$line names what is there',
    async ({ text }) => {
      const named = [...readdressed(text, addresses).matchAll(/"(http:[^"]+)"/g)].map(
        ([, address]) => address,
      );
      expect(named.length).toBeGreaterThan(0);
      for (const address of named) expect((await fetch(address ?? '')).status, address).toBe(200);
    },
  );

  test('programs compile', { timeout: 60_000 }, () => {
    expect(programs.length === 0 ? '' : typeErrors(compiled)).toBe('');
  });

  test.for(programs)('$file:$line runs', { timeout: 60_000 }, async (block) => {
    await runLine(evaluation(join(folder, fileOf(block))), folder, isEndless(block.text));
  });

  describe.for(lines)('$where: $line', ({ line }) => {
    const proof = proofOf(line);
    const parts = needs(...(proof?.how === 'run' ? proof.needs : []));

    test.skipIf(parts.missing)(`works${parts.note}`, { timeout: 60_000 }, async () => {
      if (proof === undefined)
        throw new Error(`No handler for this command; teach test/support/documented-lines.ts`);
      if (proof.how === 'script') expect(hasScript(proof.script), `script ${proof.script}`).toBe(true);
      if (proof.how === 'elsewhere') expect(proof.reason).not.toBe('');
      if (proof.how === 'run') {
        await runLine(runnable(readdressed(line, addresses), parts.command), folder, proof.endless);
      }
    });
  });
});

describe('the reading of documents', () => {
  test('finds code blocks with language and line', () => {
    expect(codeBlocks('# A\n\n```sh\nls\n```\n\ntext\n```ts title\nlet a;\n\n```\n')).toEqual([
      { language: 'sh', text: 'ls\n', line: 3 },
      { language: 'ts', text: 'let a;\n\n', line: 8 },
    ]);
  });

  test('finds command lines', () => {
    const block = '# a comment\n$ npm start\n\ncurl \\\n  -X PUT http://a/#b # says why\n';
    expect(commandLines(block)).toEqual(['npm start', 'curl -X PUT http://a/#b']);
  });

  test.for([
    ['npm install && npm start', 'elsewhere'],
    ['npm run verify', 'script'],
    ['npx wot ls http://localhost:8080', 'run'],
    ['curl http://localhost:8080/things', 'run'],
    ['rm -rf /', undefined],
  ] as const)('knows how to prove %s', ([line, how]) => {
    expect(proofOf(line)?.how).toBe(how);
  });

  test('puts the addresses of the test in', () => {
    const to = { http: 'http://127.0.0.1:1', coap: 'coap://127.0.0.1:2', mqtt: 'mqtt://127.0.0.1:3' };
    const documented = [
      'curl http://localhost:8080/things',
      'coap-client -m get coap://localhost/things',
      'wot read coap://127.0.0.1:5683/things/a b',
      "mosquitto_sub -h localhost -t 'a/#' -v",
    ];
    expect(documented.map((line) => readdressed(line, to))).toEqual([
      'curl http://127.0.0.1:1/things',
      'coap-client -m get coap://127.0.0.1:2/things',
      'wot read coap://127.0.0.1:2/things/a b',
      "mosquitto_sub -h 127.0.0.1 -p 3 -t 'a/#' -v",
    ]);
  });

  test('programs run on free ports', () => {
    expect(onFreePorts("[http({ port: 8080 }), coap(), mqtt({ broker: 'embedded' })]")).toBe(
      "[http({ port: 0 }), coap({ port: 0 }), mqtt({ broker: 'embedded', port: 0 })]",
    );
  });

  test('a failing line fails, an endless one ends when it prints', async () => {
    await expect(runLine('exit 3', '/', false)).rejects.toThrow('ended with 3');
    await runLine('true', '/', false);
    await runLine('echo here; exec sleep 1000', '/', true);
  });
});
