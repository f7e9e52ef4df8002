import type { Aedes } from 'aedes';
import { type Metric, metric } from '../../../contracts/metrics.ts';
import type { SocketAdmission } from '../../../security/socket-admission.ts';
import type { BrokerState } from './state/broker-state.ts';

export interface MetricParts {
  readonly aedes: Aedes;
  readonly state: BrokerState;
  readonly admission: SocketAdmission;
}

/** Counts what goes through a broker; gives that, and what the broker holds. */
export function brokerMetrics({ aedes, state, admission }: MetricParts): () => readonly Metric[] {
  const { authorizeForward } = aedes;
  let received = 0;
  let sent = 0;
  let refused = 0;
  aedes.authorizeForward = (client, packet) => {
    const forwarded = authorizeForward(client, packet);
    if (forwarded) sent++;
    return forwarded;
  };
  aedes.on('publish', (_packet, client) => {
    if (client) received++;
  });
  aedes.on('connackSent', ({ returnCode }) => {
    if (returnCode !== 0) refused++;
  });
  const gauge = (name: string, help: string, value: number) => metric('gauge', name, help, [{ value }]);
  return () => [
    gauge('mqtt_connections', 'Open MQTT connections.', admission.size),
    gauge('mqtt_sessions', 'MQTT sessions that outlive their connection.', state.sessions.size),
    gauge('mqtt_retained', 'Retained MQTT messages.', state.retained.size),
    gauge('mqtt_queue_bytes', 'Bytes that wait for MQTT sessions.', state.queues.bytes),
    metric('counter', 'mqtt_messages_total', 'Messages from and to MQTT clients.', [
      { labels: { direction: 'in' }, value: received },
      { labels: { direction: 'out' }, value: sent },
    ]),
    metric('counter', 'mqtt_refused_total', 'MQTT connections that were refused.', [
      { value: refused + admission.refused },
    ]),
  ];
}
