import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = `
  import { createServient, http } from 'thingwright';
  const servient = createServient({ bindings: [http({ port: 0 })] });
  const WoT = await servient.wot();
  const thing = await WoT.produce({ title: 'Lamp', properties: { on: { type: 'boolean' } }, events: { blink: {} } });
  thing.setPropertyReadHandler('on', async () => true);
  await thing.expose();
  const consumed = await WoT.consume(thing.getThingDescription());
  await consumed.subscribeEvent('blink', () => {});
  if (!(await (await consumed.readProperty('on')).value())) throw new Error('the lamp is off');
  await servient.stop();
`;

it('prints nothing on its own, and leaves nothing open after stop: the process ends', async () => {
  const flags = ['--conditions=thingwright-source', '--input-type=module', '--eval', program];
  const ended = await promisify(execFile)(process.execPath, flags, { timeout: 15_000 });
  expect(ended).toEqual({ stdout: '', stderr: '' });
});

it('does not load the core before it is asked for', async () => {
  const code = `
    import { createRequire } from 'node:module';
    import { createServient } from 'thingwright';
    const servient = createServient();
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('@node-wot'));
    const before = loaded();
    await servient.start();
    console.log(before, loaded());
    await servient.wot();
    console.log(loaded());
    await servient.stop();
  `;
  const flags = ['--conditions=thingwright-source', '--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 15_000 });
  expect(stdout).toBe('false false\ntrue\n');
});
