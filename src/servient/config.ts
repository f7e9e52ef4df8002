import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Limits } from '../contracts/binding.ts';
import { type Fault, WotError } from '../contracts/errors.ts';
import type { DataSchema } from '../contracts/td.ts';
import { compileDataCheck } from '../td/data-check.ts';
import { resolvePointer } from '../td/json-pointer.ts';

/** td-schemas/config.schema.json says what each member means; there, "off" may stand for false. */
export interface Config {
  readonly title?: string;
  readonly host?: string;
  readonly http?: number | false;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly http2?: boolean;
  readonly websocket?: boolean;
  readonly page?: boolean;
  readonly coap?: number | false;
  readonly coaps?: number | false;
  readonly coapTcp?: number | false;
  readonly coapsTcp?: number | false;
  readonly pskFile?: string;
  readonly mqtt?: number | string | false;
  readonly mqtts?: number | false;
  readonly mqttCa?: string;
  readonly mqttWebsocket?: boolean;
  readonly mqttPrefix?: string;
  readonly mqttUser?: string;
  readonly mqttPasswordFile?: string;
  readonly homeAssistant?: boolean;
  readonly zigbee2mqtt?: string;
  readonly accessFile?: string;
  readonly publicBase?: string;
  readonly data?: string | false;
  readonly insecure?: boolean;
  readonly cors?: readonly string[];
  readonly allowedHosts?: readonly string[];
  readonly handlerTimeout?: number;
  readonly limits?: Partial<Limits>;
  readonly speed?: number;
}

/** How a message calls a member, whose path is joined by dots. */
type NameOf = (member: string) => string;

const schemaFile = new URL('../../td-schemas/config.schema.json', import.meta.url);
const defaultFiles = ['wot.config.ts', 'wot.config.js', 'wot.config.json'];
const switchable: readonly string[] = [
  'http',
  'websocket',
  'page',
  'coap',
  'coaps',
  'coapTcp',
  'coapsTcp',
  'mqtt',
  'mqtts',
  'data',
];

/** Reads a configuration file, or the first default one in the working folder; WotError `invalid` CONFIG_UNREADABLE, CONFIG_INVALID. */
export async function readConfigFile(file = defaultFiles.find((name) => existsSync(name))): Promise<Config> {
  if (file === undefined) return {};
  const path = resolve(file);
  return checkConfig(await load(path), (member) => (member === '' ? path : `${path}: ${member}`));
}

/** Configuration from THINGWRIGHT_HTTP, _TLS_CERT and so on, for each member that a text can set; WotError `invalid` CONFIG_INVALID. */
export function readConfigEnvironment(environment: NodeJS.ProcessEnv): Promise<Config> {
  const variable: NameOf = (member) => `THINGWRIGHT_${dashed(member).replaceAll('-', '_').toUpperCase()}`;
  return readTexts((member) => environment[variable(member)], variable);
}

/** Configuration from flags by their names in camel case; others are left out. WotError `invalid` CONFIG_INVALID. */
export function readConfigFlags(flags: Readonly<Record<string, unknown>>): Promise<Config> {
  return readTexts(
    (member) => (flags[member] === undefined ? undefined : String(flags[member])),
    (member) => `--${dashed(member)}`,
  );
}

const asIs = (text: string) => text;
const number = (text: string) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);
const list = (text: string) => text.split(',').map((item) => item.trim());
const yesOrNo = (text: string) =>
  /^(1|true|yes|on)$/i.test(text) || (/^(0|false|no|off|)$/i.test(text) ? false : text);

/** The members that a text can set, and what it means; a text without meaning is left for the check to refuse. */
const readings: Readonly<Record<string, (text: string) => unknown>> = {
  http: number,
  tlsCert: asIs,
  tlsKey: asIs,
  http2: yesOrNo,
  websocket: yesOrNo,
  page: yesOrNo,
  coap: number,
  coaps: number,
  coapTcp: number,
  coapsTcp: number,
  pskFile: asIs,
  mqtt: number,
  mqtts: number,
  mqttCa: asIs,
  mqttWebsocket: yesOrNo,
  mqttPrefix: asIs,
  mqttUser: asIs,
  mqttPasswordFile: asIs,
  homeAssistant: yesOrNo,
  zigbee2mqtt: asIs,
  accessFile: asIs,
  host: asIs,
  publicBase: asIs,
  data: asIs,
  cors: list,
  insecure: yesOrNo,
  speed: number,
};

function readTexts(textOf: (member: string) => string | undefined, name: NameOf): Promise<Config> {
  const members = Object.entries(readings).flatMap(([member, reading]) => {
    const text = textOf(member);
    return text === undefined ? [] : [[member, reading(text)] as const];
  });
  return checkConfig(Object.fromEntries(members), (path) => name(path.split('.', 1)[0] ?? ''));
}

/** publicBase -> public-base */
function dashed(member: string): string {
  return member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

async function checkConfig(config: unknown, name: NameOf): Promise<Config> {
  const schema = JSON.parse(await readFile(schemaFile, 'utf8')) as DataSchema;
  const faults = compileDataCheck(schema, 'write')(config);
  const texts = [
    ...new Set(faults.map((fault) => misfit(fault, config, { schema, name }))),
    ...unknownMembers(config, schema).map(([path, known]) => `${name(path)} is not known (known: ${known})`),
  ];
  if (texts.length === 0) return switchedOff(config as Config);
  throw new WotError('invalid', 'CONFIG_INVALID', `${texts.join('; ')}.`, { errors: faults });
}

function switchedOff(config: Config): Config {
  const isOff = (member: string, value: unknown) => value === 'off' && switchable.includes(member);
  return Object.fromEntries(
    Object.entries(config).map(([member, value]) => [member, isOff(member, value) ? false : value]),
  );
}

/** `--http abc: expected a port 0-65535, or off` */
function misfit(
  { pointer, detail }: Fault,
  config: unknown,
  { schema, name }: { readonly schema: DataSchema; readonly name: NameOf },
): string {
  let member: DataSchema | undefined = schema;
  let expected = detail;
  for (const step of pointer.split('/').slice(1)) {
    member = member?.properties?.[step];
    const [first] = member?.description?.split(/\.(?:\s|$)/) ?? [];
    if (first) expected = `expected ${first.charAt(0).toLowerCase()}${first.slice(1)}`;
  }
  const value = pointer === '' ? '' : ` ${shown(resolvePointer(config, pointer))}`;
  return `${name(pointer.slice(1).replaceAll('/', '.'))}${value}: ${expected}`;
}

function shown(value: unknown): string {
  return value === '' || typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Paths of members that the schema has not, each with those that it has there. */
function unknownMembers(config: unknown, schema: DataSchema, at = ''): (readonly [string, string])[] {
  const { properties } = schema;
  if (typeof config !== 'object' || config === null || properties === undefined) return [];
  return Object.entries(config).flatMap(([name, value]) =>
    Object.hasOwn(properties, name)
      ? unknownMembers(value, properties[name] as DataSchema, `${at}${name}.`)
      : [[`${at}${name}`, Object.keys(properties).join(', ')] as const],
  );
}

async function load(path: string): Promise<unknown> {
  try {
    if (!path.endsWith('.json')) return (await import(pathToFileURL(path).href)).default;
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const message = `The configuration file ${path} cannot be read: ${(cause as Error).message}`;
    throw new WotError('invalid', 'CONFIG_UNREADABLE', `${message.replace(/\.$/, '')}.`, { cause });
  }
}
