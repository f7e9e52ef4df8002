import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { styleText } from 'node:util';
import type { HostedThing } from '../contracts/interaction.ts';
import { listedThings } from '../interaction/hosted-list.ts';
import { thingPath } from '../interaction/path-forms.ts';
import { readFirstPsk } from '../security/psk-file.ts';
import type { Servient } from '../servient/create-servient.ts';
import { protocolOf } from '../td/protocol.ts';

const names: Readonly<Record<string, string>> = {
  http: 'HTTP',
  websocket: 'WS',
  coap: 'CoAP',
  mqtt: 'MQTT',
};

/** What a program wants to know after a start. */
export function startRecord(servient: Servient) {
  const things = listedThings(servient.things).map((thing) => ({
    name: thing.name,
    title: thing.description().td.title,
    id: thing.id,
  }));
  return { things, addresses: servient.addresses };
}

/** What tells of a start beside the servient. */
export interface StartFacts {
  readonly hasPage: boolean;
  readonly pskFile?: string | undefined;
  readonly mqttPrefix?: string | undefined;
  /** The address of a broker, where it is not the embedded one. */
  readonly mqtt?: number | string | false | undefined;
  readonly mqttUser?: string | undefined;
  readonly mqttPasswordFile?: string | undefined;
}

/** What a person wants to know after a start: the page where there is one, addresses, how many Things, and lines to paste. */
export function startBanner(servient: Servient, facts: StartFacts): string {
  const things = listedThings(servient.things);
  const addresses = servient.addresses.map((address) => {
    const subprotocol = address.endsWith('/mqtt') ? 'mqtt' : undefined;
    const protocol = protocolOf({ href: address, subprotocol });
    return `  ${(names[protocol] ?? protocol.toUpperCase()).padEnd(5)} ${styleText('bold', address)}`;
  });
  const lines = pasteLines(servient.addresses, things, facts).map((line) => `  ${line}`);
  const count = `${things.length} ${things.length === 1 ? 'Thing' : 'Things'}`;
  const http = servient.addresses.find((address) => address.startsWith('http'));
  return [
    ...(facts.hasPage && http ? [`Open ${styleText('bold', `${http}/`)} in a browser.`, ''] : []),
    `Thingwright serves ${count}:`,
    ...addresses,
    '',
    ...(lines.length > 0 ? ['Paste one of these:', ...lines, ''] : []),
    'Ctrl-C stops.',
  ].join('\n');
}

function pasteLines(
  addresses: readonly string[],
  things: readonly HostedThing[],
  { pskFile, mqttPrefix, ...signIn }: StartFacts,
): string[] {
  const [http, coap, coaps, mqtt] = [/^http/, /^coap(\+tcp)?:/, /^coaps/, /^mqtt:/].map((scheme) =>
    addresses.find((address) => scheme.test(address)),
  );
  const path = samplePath(things);
  const lines: string[] = [];
  if (http) lines.push(`curl ${http}${path}`);
  if (coap) lines.push(`${installed('coap-client', 'coap-client-notls')} -m get ${coap}${path}`);
  if (coaps && pskFile !== undefined) lines.push(keyedLine(coaps, path, pskFile));
  if (mqtt) {
    const { hostname, port } = new URL(mqtt);
    const filter = [...(mqttPrefix === undefined ? [] : [mqttPrefix]), 'things/+/properties/+'].join('/');
    lines.push(
      `mosquitto_sub -h ${hostname} -p ${port || 1883}${signInFlags(signIn)} -t ${quoted(filter)} -v`,
    );
  }
  const open = http ?? coap;
  if (open) lines.push(`npx wot ls ${open}`);
  return lines;
}

/** The servient's own user; the password itself is not shown. */
function signInFlags({
  mqtt,
  mqttUser,
  mqttPasswordFile,
}: Pick<StartFacts, 'mqtt' | 'mqttUser' | 'mqttPasswordFile'>): string {
  const password = mqttPasswordFile === undefined ? '' : ` -P "$(head -n 1 ${quoted(mqttPasswordFile)})"`;
  return mqttUser === undefined || typeof mqtt !== 'string' ? '' : ` -u ${quoted(mqttUser)}${password}`;
}

/** A call with the first key of a file; the key itself is not shown. */
function keyedLine(base: string, path: string, pskFile: string): string {
  const file = quoted(pskFile);
  const { identity, key } = readFirstPsk(pskFile);
  // What a shell cannot hand to coap-client.
  if (key.includes(0) || key.at(-1) === newLine) return `npx wot ls ${base} --psk-file ${file}`;
  const client = installed('coap-client', 'coap-client-openssl', 'coap-client-gnutls');
  const shown = `"$(grep -m1 '^[^#]*:' ${file} | cut -d: -f2 | xxd -r -p)"`;
  return `${client} -u ${quoted(identity)} -k ${shown} -m get ${base}${path}`;
}

const newLine = 10;

/** One word for a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The first readable property, so that the line shows a value. */
function samplePath(things: readonly HostedThing[]): string {
  for (const { name, affordances } of things) {
    const readable = Object.entries(affordances.properties ?? {}).find(
      ([, { writeOnly }]) => writeOnly !== true,
    );
    if (readable) return thingPath(name, 'properties', readable[0]);
  }
  return '/things';
}

/** Debian installs coap-client under names that tell its TLS library. */
function installed(...names: readonly [string, ...string[]]): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.find((name) => folders.some((folder) => existsSync(join(folder, name)))) ?? names[0];
}
