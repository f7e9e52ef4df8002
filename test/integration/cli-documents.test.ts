import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServient, defineThing, http } from 'thingwright';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fetchDocument, withThing } from '../../src/cli/thing-argument.ts';
import { makeCertificate } from '../support/certificate.ts';
import { failureOf } from '../support/failure-of.ts';
import { needs } from '../support/system-parts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const parts = needs('openssl');
const lamp = defineThing(
  { title: 'Lamp', properties: { level: { type: 'integer' } } },
  { properties: { level: { initial: 5 } } },
);

describe.skipIf(parts.missing)(`documents of the command line over TLS${parts.note}`, () => {
  test('are trusted with --ca alone', async () => {
    const tls = makeCertificate();
    const servient = createServient({ bindings: [http({ port: 0, tls })] });
    onTestFinished(() => servient.stop());
    await servient.expose(lamp);
    const address = `${servient.addresses[0]}/things/lamp`;
    const ca = join(temporaryFolder(), 'ca.pem');
    writeFileSync(ca, tls.cert);
    expect(await fetchDocument(address, { ca })).toMatchObject({ title: 'Lamp' });
    expect(await withThing(address, { ca }, (thing) => thing.readAll())).toEqual({ level: 5 });
    expect(await failureOf(() => fetchDocument(address, {}))).toMatch('CERTIFICATE_NOT_TRUSTED');
    expect(await failureOf(() => fetchDocument(address, { ca: 'none.pem' }))).toMatch(
      /^invalid CA_UNREADABLE: .*none\.pem.*--ca/,
    );
  });
});
