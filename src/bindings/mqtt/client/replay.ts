import type { IPublishPacket } from 'mqtt';
import { cbor } from '../../../codec/cbor.ts';
import { json } from '../../../codec/json.ts';
import { codecFor, decodeContent, encodeContent } from '../../../codec/registry.ts';
import type { Content } from '../../../contracts/binding.ts';
import { type Clock, pause } from '../../../contracts/clock.ts';
import { withDeadline } from '../../../contracts/deadline.ts';
import { WotError } from '../../../contracts/errors.ts';
import { defaultContentType } from '../../../td/defaults.ts';
import { isJsonObject } from '../../../td/json-object.ts';
import { encodeLevel } from '../messages/topic-space.ts';
import type { MqttSession } from './mqtt-session.ts';
import type { MqttTarget } from './mqtt-target.ts';

/** What a servient still knows of a Thing's changes: as messages, oldest first, and whether some are missing before. */
export interface Replayed {
  readonly gap?: { readonly resumesAt?: string };
  readonly packets: readonly IPublishPacket[];
}

/** A target whose Thing replays its changes. */
type ReplayTarget = MqttTarget & { readonly thingTopic: string };

interface Context {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Pauses before the attempts, in ms: after a broker's restart the servient may come back later than we do. */
const pauses = [0, 250, 500, 1000, 2000, 4000];
/** How long one attempt may take, in ms. */
const patience = 2000;
const transientKinds = ['unavailable', 'timeout', 'overloaded', 'rate-limited', 'not-found'];

/** The id of a change: microseconds since 1970. */
export function changeId(id: unknown): number | undefined {
  return typeof id === 'string' && /^[1-9]\d{0,15}$/.test(id) ? Number(id) : undefined;
}

/** Whether changes of a form can be replayed: its Thing says where, and what it tells is plain data. */
export function canReplay(target: MqttTarget): target is ReplayTarget {
  const { thingTopic, contentType } = target;
  const codec = codecFor(contentType);
  const isPlain = (codec === json || codec === cbor) && !/senml/i.test(contentType);
  return thingTopic !== undefined && isPlain;
}

/** Asks a Thing for its changes after an id, again while its servient may be coming back; rejects with WotError. */
export async function replay(
  session: MqttSession,
  target: ReplayTarget,
  after: number,
  context: Context,
): Promise<Replayed> {
  const { thingTopic } = target;
  const asked = {
    ...{ topic: `${thingTopic}/ops/replay`, responseTopic: `${thingTopic}/ops/reply` },
    ...{ qos: 0 as const, requestType: defaultContentType, contentType: defaultContentType },
  };
  const content = encodeContent(asked.requestType, { after });
  const href = `${target.broker}/${asked.topic}`;
  for (let tries = 0; ; tries++) {
    try {
      await pause(context.clock, pauses[tries] ?? 0, context.signal);
      const bounds = { href, signal: context.signal, timeout: patience };
      const result = await withDeadline(context.clock, bounds, async (signal) => {
        await session.online(signal);
        return session.ask(asked, content, { signal });
      });
      return replayedOf(result, target);
    } catch (error) {
      const isTransient = error instanceof WotError && transientKinds.includes(error.kind);
      if (!isTransient || tries + 1 === pauses.length || context.signal.aborted) throw error;
    }
  }
}

function replayedOf(result: Content | undefined, target: ReplayTarget): Replayed {
  const told = result && decodeContent(result);
  const items = (Array.isArray(told) ? told : []).filter(isJsonObject);
  const [gap] = items.flatMap((item) => ('gap' in item ? [Object(item['gap'])] : []));
  const resumesAt = gap?.resumesAt === undefined ? {} : { resumesAt: String(gap.resumesAt) };
  return {
    ...(gap && { gap: resumesAt }),
    packets: items.flatMap((item) => packetOf(item, target) ?? []),
  };
}

/** The message that a change was published as. */
function packetOf(
  { id, timestamp, kind, name, data }: Readonly<Record<string, unknown>>,
  { thingTopic, contentType }: ReplayTarget,
): IPublishPacket | undefined {
  if (typeof id !== 'number' || typeof name !== 'string') return undefined;
  const payload = data === undefined ? [] : encodeContent(contentType, data).body;
  const userProperties = { id: String(id), ...(typeof timestamp === 'string' && { timestamp }) };
  return {
    ...{ cmd: 'publish', qos: 1, dup: false, retain: false },
    topic: `${thingTopic}/${kind}/${encodeLevel(name)}`,
    payload: Buffer.from(payload),
    properties: { contentType, userProperties },
  };
}
