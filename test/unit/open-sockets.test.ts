import { expect, test } from 'vitest';
import { boundsOf } from '../../src/bindings/websocket/open-sockets.ts';

test('sockets are bounded per client, behind a proxy only where that is said', () => {
  expect(boundsOf({}, false)).toEqual({ most: 10_000, mostPerClient: 1000 });
  expect(boundsOf({}, true)).toEqual({ most: 10_000, mostPerClient: Number.POSITIVE_INFINITY });
  expect(boundsOf({ maxSockets: 5, maxSocketsPerClient: 2 }, true)).toEqual({ most: 5, mostPerClient: 2 });
});
