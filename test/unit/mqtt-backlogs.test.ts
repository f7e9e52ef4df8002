import { EventEmitter } from 'node:events';
import type { Client } from 'aedes';
import { expect, test } from 'vitest';
import { Backlogs } from '../../src/bindings/mqtt/broker/guard/backlogs.ts';

/** A client for which so many bytes wait, in so many packets. */
function client(bytes: number, packets = 0) {
  const conn = Object.assign(new EventEmitter(), { writableLength: bytes });
  return { conn, _pendingDrains: Array(packets).fill(() => {}) } as unknown as Client & {
    readonly conn: EventEmitter & { writableLength: number };
  };
}

test('a client is bounded in bytes, and packets count more than theirs', () => {
  const backlogs = new Backlogs({ backlog: 10_000, allBacklogs: 1e6 });
  expect(backlogs.admits(client(10_000))).toBe(true);
  expect(backlogs.admits(client(10_001))).toBe(false);
  expect(backlogs.admits(client(300, 10))).toBe(true);
  expect(backlogs.admits(client(300, 20))).toBe(false);
});

test('all are bounded together: those above their share give way, whoever takes theirs stays', () => {
  const backlogs = new Backlogs({ backlog: 10_000, allBacklogs: 15_000 });
  const [slow, other, quick] = [client(9000), client(6000), client(10)] as const;
  for (const each of [slow, other]) expect(backlogs.admits(each)).toBe(true);
  expect(backlogs.admits(quick)).toBe(true);
  expect(backlogs.admits(slow)).toBe(false);
  other.conn.writableLength = 0;
  expect(backlogs.admits(slow)).toBe(true);
  other.conn.writableLength = 6000;
  expect(backlogs.admits(other)).toBe(false);
  slow.conn.emit('close');
  expect(backlogs.admits(other)).toBe(true);
});
