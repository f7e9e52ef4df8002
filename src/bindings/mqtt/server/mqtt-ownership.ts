import type { HostedThing } from '../../../contracts/interaction.ts';
import { bytesOf } from '../messages/mqtt-result.ts';
import type { TopicSpace } from '../messages/topic-space.ts';
import type { BrokerLink } from './broker-link.ts';

/** Says who else publishes a Thing of this name on a shared broker; undefined where nobody does, or a servient that is offline did. */
export async function nameTaken(
  { name, id }: HostedThing,
  link: BrokerLink,
  { servientId, topics }: { readonly servientId: string; readonly topics: TopicSpace },
): Promise<string | undefined> {
  const topic = topics.thing(name);
  const td = await link.retained(topic);
  if (!td || td.payload.length === 0) return undefined;
  const other = idOf(bytesOf(td));
  const servient = td.properties?.userProperties?.['servient'];
  if (typeof servient === 'string') {
    if (servient === servientId) return undefined;
    const status = await link.retained(topics.servientStatus(servient));
    if (String(status?.payload) !== 'online') return undefined;
  } else if (other === id) return undefined;
  const whose = typeof servient === 'string' ? ` of the servient ${servient}` : '';
  return `The Thing ${JSON.stringify(name)} (${id}) is not offered over MQTT: at ${link.url} the topic ${topic} belongs to ${other}${whose}. Give one of them another name.`;
}

function idOf(td: Uint8Array): string {
  try {
    return String(JSON.parse(Buffer.from(td).toString()).id);
  } catch {
    return 'something that is no TD';
  }
}
