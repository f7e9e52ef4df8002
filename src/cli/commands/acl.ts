import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { TopicSpace } from '../../bindings/mqtt/messages/topic-space.ts';
import { type MosquittoAcl, mosquittoAcl } from '../../bindings/mqtt/mosquitto/mosquitto-acl.ts';
import {
  type MosquittoPasswords,
  mosquittoPasswords,
} from '../../bindings/mqtt/mosquitto/mosquitto-passwords.ts';
import { checkOptions } from '../../bindings/mqtt/server/mqtt-options.ts';
import { WotError } from '../../contracts/errors.ts';
import type { HostedThing } from '../../contracts/interaction.ts';
import { readAccessFile } from '../../security/access-rules.ts';
import { consoleLogger } from '../../servient/console-logger.ts';
import { createServient } from '../../servient/create-servient.ts';
import { exitCodes, print } from '../output.ts';
import { loadModule } from '../thing-module.ts';

/** Flags of `wot acl`, as commander gives them. */
export interface AclFlags {
  readonly accessFile: string;
  /** The folder for the files. */
  readonly out: string;
  /** The user as whom the servient connects. */
  readonly user: string;
  readonly mqttPrefix?: string;
  readonly homeAssistant?: boolean;
  readonly json?: boolean;
}

/** Where the files lie. */
interface Files {
  readonly acl: string;
  readonly passwords: string;
}

/** Writes the ACL and password files of a Mosquitto from access rules and the Things of modules; prints new passwords, once, and what its configuration needs. WotError `invalid` ACCESS_* or ACL_*. */
export async function acl([broker, ...modules]: readonly string[], flags: AclFlags): Promise<number> {
  if (broker !== 'mosquitto') throw unknownBroker(broker);
  const { accessFile, user, homeAssistant = false } = flags;
  const prefix = flags.mqttPrefix === undefined ? {} : { prefix: flags.mqttPrefix };
  checkOptions({ broker: 'embedded', ...prefix });
  const written = mosquittoAcl({
    rules: readAccessFile(accessFile),
    origin: accessFile,
    things: await thingsOf(modules),
    topics: new TopicSpace(flags.mqttPrefix),
    servientUser: user,
    servientFilters: homeAssistant ? ['homeassistant/#'] : [],
  });
  const folder = resolve(flags.out);
  const files = { acl: join(folder, 'mosquitto.acl'), passwords: join(folder, 'mosquitto.passwd') };
  const passwords = writeFiles(files, written, user);
  if (flags.json === true) print(JSON.stringify(record(files, written, passwords)));
  else for (const line of report(files, written, passwords)) print(line);
  return exitCodes.ok;
}

/** What modules expose, on a servient that nobody can reach and that keeps nothing. */
async function thingsOf(modules: readonly string[]): Promise<readonly HostedThing[]> {
  const servient = createServient({ logger: consoleLogger(false) });
  const loaded = await Promise.all(modules.map(loadModule));
  let things: readonly HostedThing[] = [];
  await servient.start(async () => {
    for (const module of loaded) await module.default(servient);
    things = [...servient.things.values()];
  });
  await servient.stop();
  return things;
}

function writeFiles(files: Files, written: MosquittoAcl, servientUser: string): MosquittoPasswords {
  try {
    mkdirSync(dirname(files.acl), { recursive: true });
    const passwords = mosquittoPasswords(textOf(files.passwords), [servientUser, ...written.users]);
    replaceFile(files.passwords, passwords.text);
    replaceFile(files.acl, written.text);
    return passwords;
  } catch (cause) {
    const message = `The files of Mosquitto cannot be written: ${(cause as Error).message}; choose another folder (--out).`;
    throw new WotError('invalid', 'ACL_UNWRITABLE', message, { cause });
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Readable by its owner alone, and never half written. */
function replaceFile(file: string, text: string): void {
  const fresh = `${file}.new`;
  writeFileSync(fresh, text, { mode: 0o600 });
  renameSync(fresh, file);
}

function configuration({ acl, passwords }: Files, { hasAnonymous }: MosquittoAcl): readonly string[] {
  return [`allow_anonymous ${hasAnonymous}`, `password_file ${passwords}`, `acl_file ${acl}`];
}

function record(files: Files, written: MosquittoAcl, { created, removed }: MosquittoPasswords): object {
  return {
    ...files,
    configuration: configuration(files, written),
    created: Object.fromEntries(created),
    removed,
  };
}

function report(
  files: Files,
  written: MosquittoAcl,
  { created, removed }: MosquittoPasswords,
): readonly string[] {
  return [
    `Wrote ${files.acl} and ${files.passwords}.`,
    ...(created.size === 0 ? [] : ['', 'New passwords, which are not shown again:']),
    ...[...created].map(([user, password]) => `  ${user}  ${password}`),
    ...(removed.length === 0 ? [] : ['', `No users any more: ${removed.join(', ')}`]),
    '',
    'mosquitto.conf needs:',
    ...configuration(files, written).map((line) => `  ${line}`),
    '',
    'Then let Mosquitto read the files and load them again:',
    `  sudo chown mosquitto ${files.acl} ${files.passwords}`,
    '  sudo systemctl reload mosquitto',
  ];
}

function unknownBroker(broker: string | undefined): WotError {
  const message = `Access files can be written for mosquitto, not for ${broker ?? 'nothing'}; run: wot acl mosquitto <module...> --access-file <file>`;
  return new WotError('invalid', 'ACL_BROKER_UNKNOWN', message);
}
