import type { IClientPublishOptions, IPublishPacket } from 'mqtt';
import type { WireMessage } from '../../../contracts/binding.ts';
import { blotted, tellWire, type Wire } from '../../../contracts/wire.ts';
import type { MqttTarget } from '../client/mqtt-target.ts';

type Direction = WireMessage['direction'];
type Published = Pick<IPublishPacket, 'topic'> &
  IClientPublishOptions & {
    readonly payload: string | Uint8Array;
  };

/** A control packet by its first line; its other members are told as fields. */
interface Packet {
  readonly start: string;
  readonly body?: Uint8Array;
  readonly properties?: object | undefined;
  readonly [field: string]: unknown;
}

/** Tells of one control packet. */
export function tellPacket(wire: Wire, direction: Direction, packet: Packet): void {
  tellWire(wire, () => {
    const { start, body, properties = {}, ...fields } = packet;
    return {
      ...{ direction, protocol: 'mqtt', start },
      fields: [...fieldsOf(fields), ...fieldsOf(properties)],
      ...(body && { body }),
    };
  });
}

/** Tells of a PUBLISH. */
export function tellPublish(wire: Wire, direction: Direction, packet: Published): void {
  const { topic, payload, qos = 0, retain = false, dup = false, properties } = packet;
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  tellPacket(wire, direction, {
    ...{ start: `PUBLISH ${topic}`, qos, retain, dup, properties },
    ...(body.length > 0 && { body }),
  });
}

/** Tells of a CONNECT. */
export function tellConnect(
  wire: Wire,
  clientId: string,
  { broker, username, password }: Pick<MqttTarget, 'broker' | 'username' | 'password'>,
): void {
  tellPacket(wire, 'sent', {
    ...{ start: `CONNECT ${broker}`, 'Client Identifier': clientId },
    ...(username === undefined ? {} : { 'User Name': '***' }),
    ...(password === undefined ? {} : { Password: '***' }),
  });
}

/** Members in the words of the specification (MQTT 5 section 2.2.2.2): `contentType` is `Content Type`. */
function fieldsOf(members: object): WireMessage['fields'] {
  return Object.entries(members).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (name === 'userProperties') return userProperties(value);
    return [[inWords(name), Buffer.isBuffer(value) ? value.toString() : String(value)] as const];
  });
}

function userProperties(properties: object): WireMessage['fields'] {
  return Object.entries(properties).flatMap(([name, value]) =>
    [value].flat().map((each) => [`User Property ${name}`, blotted(name, String(each))[1]] as const),
  );
}

function inWords(name: string): string {
  return name === 'qos'
    ? 'QoS'
    : name.replace(/^./, (first) => first.toUpperCase()).replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
}
