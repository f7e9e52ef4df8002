import {
  type BrokerOptions,
  type EmbeddedBroker,
  startBroker,
} from '../../src/bindings/mqtt/broker/embedded-broker.ts';
import { anonymous } from '../../src/contracts/access.ts';
import { systemClock } from '../../src/contracts/clock.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';

/** An embedded broker on a free port, where everyone may do everything. */
export function startTestBroker(options: Partial<BrokerOptions> = {}): Promise<EmbeddedBroker> {
  return startBroker({
    host: '127.0.0.1',
    port: 0,
    maxPacket: 100_000,
    access: { publication: () => 'publish' },
    authenticate: async () => anonymous,
    records: memoryStorage().records,
    clock: systemClock,
    logger: silentLogger,
    ...options,
  });
}
