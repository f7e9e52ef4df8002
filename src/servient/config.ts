import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Limits } from '../contracts/binding.ts';
import { WotError } from '../contracts/errors.ts';
import type { DataSchema } from '../contracts/td.ts';
import { compileDataCheck } from '../td/data-check.ts';

/** td-schemas/config.schema.json says what each member means. */
export interface Config {
  readonly title?: string;
  readonly host?: string;
  readonly http?: number | false;
  readonly coap?: number | false;
  readonly mqtt?: number | string | false;
  readonly publicBase?: string;
  readonly data?: string | false;
  readonly insecure?: boolean;
  readonly cors?: readonly string[];
  readonly allowedHosts?: readonly string[];
  readonly handlerTimeout?: number;
  readonly limits?: Partial<Limits>;
}

const schemaFile = new URL('../../td-schemas/config.schema.json', import.meta.url);
const defaultFiles = ['wot.config.ts', 'wot.config.js', 'wot.config.json'];

/** Reads a configuration file, or the first default one that exists in the working folder; WotError `invalid` names the file and member. */
export async function readConfigFile(file?: string): Promise<Config> {
  const path = resolve(file ?? defaultFiles.find((name) => existsSync(name)) ?? '');
  if (file === undefined && !defaultFiles.some((name) => path.endsWith(name))) return {};
  return checkConfig(await load(path), path);
}

/** Configuration from THINGWRIGHT_HTTP, _COAP, _MQTT, _HOST, _PUBLIC_BASE, _DATA, _INSECURE and _CORS. */
export async function readConfigEnvironment(environment: NodeJS.ProcessEnv): Promise<Config> {
  const text = (name: string) => environment[`THINGWRIGHT_${name}`];
  return checkConfig(configFromText(text), 'the environment (THINGWRIGHT_*)');
}

/** Turns texts (flags, environment) into a configuration; unset ones stay out. */
export function configFromText(text: (name: string) => string | undefined): Record<string, unknown> {
  const [host, publicBase, data, cors] = ['HOST', 'PUBLIC_BASE', 'DATA', 'CORS'].map(text);
  const insecure = text('INSECURE');
  const members = {
    host,
    publicBase,
    http: portOrText(text('HTTP')),
    coap: portOrText(text('COAP')),
    mqtt: portOrText(text('MQTT')),
    data: data === 'off' ? false : data,
    insecure: insecure === undefined ? undefined : !['', '0', 'false'].includes(insecure),
    cors: cors?.split(',').map((origin) => origin.trim()),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** Refuses unknown members and wrong values with a message that names them. */
export async function checkConfig(config: unknown, source: string): Promise<Config> {
  const schema = JSON.parse(await readFile(schemaFile, 'utf8')) as DataSchema;
  const faults = [...compileDataCheck(schema, 'write')(config), ...unknownMembers(config, schema)];
  if (faults.length === 0) return config as Config;
  const list = faults.map(
    ({ pointer, detail }) => `${pointer.slice(1).replaceAll('/', '.') || 'it'} ${detail}`,
  );
  const message = `The configuration in ${source} is wrong: ${list.join('; ')}. td-schemas/config.schema.json describes all members.`;
  throw new WotError('invalid', 'CONFIG_INVALID', message, { errors: faults });
}

function portOrText(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (text === 'off' || text === 'false') return false;
  return /^\d+$/.test(text) ? Number(text) : text;
}

function unknownMembers(config: unknown, schema: DataSchema, at = ''): { pointer: string; detail: string }[] {
  if (typeof config !== 'object' || config === null || schema.properties === undefined) return [];
  return Object.entries(config).flatMap(([name, value]) => {
    const member = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
    if (member) return unknownMembers(value, member, `${at}/${name}`);
    return [
      {
        pointer: `${at}/${name}`,
        detail: `is not known (known: ${Object.keys(schema.properties ?? {}).join(', ')})`,
      },
    ];
  });
}

async function load(path: string): Promise<unknown> {
  try {
    if (!path.endsWith('.json')) return (await import(pathToFileURL(path).href)).default;
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const message = `The configuration file ${path} cannot be read: ${(cause as Error).message}.`;
    throw new WotError('invalid', 'CONFIG_UNREADABLE', message, { cause });
  }
}
