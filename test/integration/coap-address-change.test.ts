import { once } from 'node:events';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { cableAddress, cannotLay, layCable } from '../support/cable.ts';
import { collect } from '../support/greenhouse.ts';
import { needs } from '../support/system-parts.ts';

const { missing, note, command } = needs('coap-client');
const coapServer = command('coap-client').replace('coap-client', 'coap-server');

describe.skipIf(cannotLay !== undefined || missing)(
  `a host whose address changes${cannotLay ?? note}`,
  () => {
    test('is told on, after silence, and after a request that could not be sent', async () => {
      const cable = layCable();
      onTestFinished(cable.remove);
      const server = cable.start('one', coapServer, '-A', cableAddress.one, '-p', '5683');
      const watcher = cable.start(
        'two',
        process.execPath,
        '--conditions=thingwright-source',
        'test/support/coap-watcher.ts',
        `coap://${cableAddress.one}/time`,
      );
      const said = collect(watcher);
      onTestFinished(async () => {
        server.kill();
        watcher.stdin?.end();
        await once(watcher, 'exit');
      });
      const count = (what: string): number =>
        said
          .text()
          .split('\n')
          .filter((line) => line === what).length;
      const address = async (verb: 'add' | 'del', last: number): Promise<void> => {
        const changing = cable.start('two', 'ip', 'addr', verb, `10.77.0.${last}/24`, 'dev', 'wire');
        expect(await once(changing, 'exit')).toEqual([0, null]);
      };
      const toldAgain = async (): Promise<void> => {
        const before = count('told');
        await vi.waitFor(() => expect(count('told')).toBeGreaterThan(before + 1), { timeout: 10_000 });
      };
      await toldAgain();
      await address('del', 2);
      await address('add', 3);
      await toldAgain();
      await address('del', 3);
      await address('add', 4);
      watcher.stdin?.write('read\n');
      await said.has(/read/);
      await toldAgain();
      expect(said.text()).not.toMatch(/failed|ended|not read/);
    });
  },
);
