import { unitSymbol } from '../../../td/unit-symbol.ts';
import { useMessages } from '../language/language.tsx';
import { wordsOf } from '../values/words-of.ts';
import type { FacetName } from './facets.ts';
import { messages } from './messages.ts';

const protocols: Readonly<Record<string, string>> = {
  http: 'HTTP',
  websocket: 'WebSocket',
  coap: 'CoAP',
  mqtt: 'MQTT',
};

/** A type in words: `saref:TemperatureSensor` is `Temperature sensor`. */
export function typeLabel(type: string): string {
  const words = wordsOf(type).join(' ');
  return words === '' ? type : `${words[0]?.toUpperCase()}${words.slice(1)}`;
}

/** A protocol as people write it. */
export function protocolLabel(protocol: string): string {
  return protocols[protocol] ?? protocol;
}

/** What a value of a facet is called. */
export function useFacetLabel(): (facet: FacetName, value: string) => string {
  const t = useMessages(messages);
  return (facet, value) => {
    if (facet === 'type') return typeLabel(value);
    if (facet === 'unit') return unitSymbol(value) || value;
    if (facet === 'protocol') return protocolLabel(value);
    if (facet === 'status') return value === 'unreachable' ? t.unreachable : t.reachable;
    return value;
  };
}
