import { spawn } from 'node:child_process';
import process from 'node:process';
import { http } from '../../bindings/http/http-server.ts';
import { websocket } from '../../bindings/websocket/websocket-server.ts';
import { consume } from '../../consumer/consume.ts';
import { WotError } from '../../contracts/errors.ts';
import type { ThingDescription } from '../../contracts/td.ts';
import { consoleLogger } from '../../servient/console-logger.ts';
import { createServient, type Servient } from '../../servient/create-servient.ts';
import { exposeByFreeName } from '../../servient/expose-by-free-name.ts';
import type { ExposedThing } from '../../servient/exposure.ts';
import { type Mirrors, mirrors } from '../../servient/mirror.ts';
import { stringList } from '../../td/json-object.ts';
import { page } from '../../ui/page.ts';
import { exitCodes, print, reportError } from '../output.ts';
import { stopOnSignals } from '../stop-on-signals.ts';
import { type AnyThing, callOptions, type ThingOptions, tdAddress, trustOf } from '../thing-argument.ts';

interface UiOptions extends ThingOptions {
  /** Port of the page; a free one without it. */
  readonly http?: number;
  /** False with --no-open. */
  readonly open?: boolean;
}

/** Opens the page of any Things, each reached through a servient of its own, until SIGINT or SIGTERM. */
export async function ui(things: readonly string[], options: UiOptions): Promise<number> {
  const logger = consoleLogger(false);
  const far = mirrors();
  const servient = createServient({
    title: 'Things of elsewhere',
    bindings: [http({ port: options.http ?? 0 }), websocket(), page({ foreign: true }), far],
    logger,
  });
  stopOnSignals(servient, logger);
  await servient.start();
  const consumed = await Promise.allSettled(things.map((thing) => consumeThing(thing, options)));
  const { exposed, failures } = await exposeAll(servient, far, consumed);
  // One that cannot be shown takes no other with it.
  if (exposed.length === 0) {
    await servient.stop();
    throw failures[0];
  }
  for (const failure of failures) reportError(failure, options.json === true);
  const names = exposed.map(({ name }) => name);
  const [name = '', ...others] = names;
  const path = others.length === 0 ? `things/${encodeURIComponent(name)}` : 'things';
  const address = `${servient.addresses[0]}/${path}`;
  if (options.json === true) print(JSON.stringify({ address, things: names }));
  else print(`Open ${address} in a browser; Ctrl-C ends it.`);
  if (options.open !== false && process.stdout.isTTY) openBrowser(address);
  return exitCodes.ok;
}

/** WotError `invalid` THING_EXPECTED for a Thing Model, and those of `consume`. */
async function consumeThing(argument: string, options: UiOptions): Promise<AnyThing> {
  const address = tdAddress(argument, options);
  const thing: AnyThing = await consume<ThingDescription>(address, {
    ...callOptions(options),
    ...trustOf(options),
  });
  if (!stringList(thing.td['@type']).includes('tm:ThingModel')) return thing;
  await thing.stop();
  const message = `${address} is a Thing Model: it says what Things of a kind are like, and there is none to talk to; give the TD of a Thing.`;
  throw new WotError('invalid', 'THING_EXPECTED', message);
}

/** One after the other, so that names are given in the order of the arguments. */
async function exposeAll(
  servient: Servient,
  far: Mirrors,
  consumed: readonly PromiseSettledResult<AnyThing>[],
) {
  const exposed: ExposedThing[] = [];
  const failures: unknown[] = [];
  for (const found of consumed) {
    try {
      exposed.push(await exposeMirror(servient, far, found));
    } catch (error) {
      failures.push(error);
    }
  }
  return { exposed, failures };
}

async function exposeMirror(
  servient: Servient,
  far: Mirrors,
  found: PromiseSettledResult<AnyThing>,
): Promise<ExposedThing> {
  if (found.status === 'rejected') throw found.reason;
  try {
    return await exposeByFreeName(servient, far.mirror(found.value));
  } catch (error) {
    await found.value.stop();
    throw error;
  }
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Where there is no browser the printed address has to do. */
function openBrowser(address: string): void {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open'];
  spawn(command, [...args, address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
