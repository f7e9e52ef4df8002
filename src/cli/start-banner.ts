import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { styleText } from 'node:util';
import type { HostedThing } from '../contracts/interaction.ts';
import { listedThings } from '../interaction/hosted-list.ts';
import { thingPath } from '../interaction/path-forms.ts';
import type { Servient } from '../servient/create-servient.ts';

const names: Readonly<Record<string, string>> = {
  http: 'HTTP',
  https: 'HTTP',
  ws: 'WS',
  wss: 'WS',
  coap: 'CoAP',
  mqtt: 'MQTT',
  mqtts: 'MQTT',
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

/** What a person wants to know after a start: the page where there is one, addresses, how many Things, and lines to paste. */
export function startBanner(servient: Servient, hasPage: boolean): string {
  const things = listedThings(servient.things);
  const addresses = servient.addresses.map((address) => {
    const scheme = address.slice(0, address.indexOf(':'));
    return `  ${(names[scheme] ?? scheme.toUpperCase()).padEnd(5)} ${styleText('bold', address)}`;
  });
  const lines = pasteLines(servient.addresses, things).map((line) => `  ${line}`);
  const count = `${things.length} ${things.length === 1 ? 'Thing' : 'Things'}`;
  const http = servient.addresses.find((address) => address.startsWith('http'));
  return [
    ...(hasPage && http ? [`Open ${styleText('bold', `${http}/`)} in a browser.`, ''] : []),
    `Thingwright serves ${count}:`,
    ...addresses,
    '',
    'Paste one of these:',
    ...lines,
    '',
    'Ctrl-C stops.',
  ].join('\n');
}

function pasteLines(addresses: readonly string[], things: readonly HostedThing[]): string[] {
  const http = addresses.find((address) => address.startsWith('http'));
  const coap = addresses.find((address) => address.startsWith('coap:'));
  const mqtt = addresses.find((address) => address.startsWith('mqtt:'));
  const path = samplePath(things);
  const lines: string[] = [];
  if (http) lines.push(`curl ${http}${path}`);
  if (coap) lines.push(`${coapClient()} -m get ${coap}${path}`);
  if (mqtt) {
    const { hostname, port } = new URL(mqtt);
    lines.push(`mosquitto_sub -h ${hostname} -p ${port || 1883} -t 'things/+/properties/+' -v`);
  }
  if (http) lines.push(`npx wot ls ${http}`);
  return lines;
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
function coapClient(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const installed = ['coap-client', 'coap-client-notls'].find((name) =>
    folders.some((folder) => existsSync(join(folder, name))),
  );
  return installed ?? 'coap-client';
}
