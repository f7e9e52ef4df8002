import type { BindingHost } from '../../../contracts/binding.ts';
import { trustedAuthorities } from '../../../security/trusted-authorities.ts';
import type { TopicAccess } from '../broker/guard/topic-access.ts';
import { brokerUrl } from '../connection/broker-url.ts';
import type { TopicSpace } from '../messages/topic-space.ts';
import { type BrokerLink, packetOverhead } from './broker-link.ts';
import type { MqttOptions } from './mqtt-options.ts';

export interface LinkHost {
  readonly host: BindingHost;
  readonly topics: TopicSpace;
  readonly clientId: string;
  /** Of the clients of our own broker. */
  readonly access: TopicAccess;
}

/** The way to the broker that the options name; our own listens then. Only the library of the one that is chosen is loaded. */
export async function openLink(
  options: MqttOptions,
  { host, topics, clientId, access }: LinkHost,
): Promise<BrokerLink> {
  if (options.broker === 'embedded') {
    const { embeddedLink } = await import('./embedded-link.ts');
    return embeddedLink(options, { host, access });
  }
  const { externalLink } = await import('./external-link.ts');
  const { broker, username, password, ca, cert, key } = options;
  return externalLink({
    url: brokerUrl(broker),
    ...(username && { username }),
    ...(password && { password }),
    ...(ca && { ca: trustedAuthorities(ca) }),
    ...(cert && key && { cert, key }),
    maxPacket: host.limits.body + packetOverhead,
    clientId,
    ownStatus: topics.servientStatus(clientId),
    nudge: topics.servientNudge(clientId),
    clock: host.clock,
    logger: host.logger,
  });
}
