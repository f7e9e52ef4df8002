import { responseType, subscriptionOps } from '../../../../td/defaults.ts';
import { stringList } from '../../../../td/json-object.ts';
import { decodedOrSame } from '../../../../td/percent-encoding.ts';
import { isTyped } from '../offered-forms.ts';
import { addressOf, type Call, payloadOf } from './call.ts';
import { command, type Word } from './shell.ts';

type Part = readonly Word[];

/** The call as the clients of Mosquitto make it: `mosquitto_sub`, `mosquitto_pub`, or `mosquitto_rr` for what has a result; undefined for what they cannot do. */
export function mosquitto(call: Call): string | undefined {
  const { form, op } = call;
  const payload = payloadOf(call);
  const broker = URL.parse(addressOf(call));
  if (!/^mqtts?:/i.test(form.href) || payload === null || broker === null) return undefined;
  const message: Part = payload === undefined ? ['-n'] : ['-m', payload];
  const parts: readonly Part[] = [...brokerParts(broker), ...quality(call)];
  const request = requestOf(call, broker);
  if (request !== undefined)
    return command('mosquitto_rr', [...parts, ['-V', '311'], ['-W', '10'], ...request, message]);
  if (op !== 'readproperty' && !subscriptionOps.includes(op)) {
    const topic = topicOf(call, broker);
    const retain: readonly Part[] = form['mqv:retain'] === true ? [['-r']] : [];
    return topic && command('mosquitto_pub', [...parts, ...retain, ['-t', topic], message]);
  }
  const filters = stringList(form['mqv:filter'] ?? pathOf(call) ?? form['mqv:topic']);
  if (filters.length === 0) return undefined;
  const once: readonly Part[] =
    op === 'readproperty'
      ? [
          ['-C', '1'],
          ['-W', '10'],
        ]
      : [['-v']];
  const shown: readonly Part[] = isTyped(responseType(form)) ? [] : [['-F', '%x']];
  return command('mosquitto_sub', [
    ...parts,
    ...once,
    ...shown,
    ...filters.map((filter): Part => ['-t', filter]),
  ]);
}

/** MQTT 3.1.1: the names of who asks and of the request stand in both topics; the shell makes them differ from those of others. */
function requestOf(call: Call, broker: URL): readonly Part[] | undefined {
  const topic = call.form['mqv:topic'];
  const reply = call.form['tw:responseTopic'];
  if (typeof topic !== 'string' || typeof reply !== 'string' || subscriptionOps.includes(call.op))
    return undefined;
  const who = 'console-$$/1';
  return [
    [
      '-t',
      { shell: `'${inQuotes(topic)}'/${who}${query(broker) === '' ? '' : `'${inQuotes(query(broker))}'`}` },
    ],
    ['-e', { shell: `'${inQuotes(reply)}'/${who}` }],
  ];
}

function inQuotes(text: string): string {
  return text.replaceAll("'", "'\\''");
}

function topicOf(call: Call, broker: URL): string | undefined {
  const topic = call.form['mqv:topic'] ?? pathOf(call);
  return typeof topic === 'string' ? `${topic}${query(broker)}` : undefined;
}

/** uriVariables are a last level of the topic. */
function query({ search }: URL): string {
  return search === '' ? '' : `/?${search.slice(1).replaceAll('+', '%20').replaceAll('/', '%2F')}`;
}

/** TDs before the MQTT binding have the topic in the path. */
function pathOf({ form }: Call): string | undefined {
  return /^[^/]*\/\/[^/?#{]*\/([^?{]+)/.exec(form.href)?.[1];
}

function brokerParts({ protocol, hostname, port, username, password }: URL): readonly Part[] {
  return [
    ['-h', hostname.replace(/^\[|\]$/g, '')],
    ...(port === '' ? [] : [['-p', port]]),
    ...(protocol === 'mqtts:' ? [['--tls-use-os-certs']] : []),
    ...(username === '' ? [] : [['-u', decodedOrSame(username)]]),
    // A secret is not for a clipboard.
    ...(password === '' ? [] : [['-P', { shell: '"$MQTT_PASSWORD"' }]]),
  ];
}

function quality({ form }: Call): readonly Part[] {
  const qos = String(form['mqv:qos'] ?? 0);
  return qos === '1' || qos === '2' ? [['-q', qos]] : [];
}
