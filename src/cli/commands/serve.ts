import { resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { WotError } from '../../contracts/errors.ts';
import type { Logger } from '../../contracts/logger.ts';
import { checkConfig, configFromText, readConfigEnvironment, readConfigFile } from '../../servient/config.ts';
import { configuredServient } from '../../servient/configured-servient.ts';
import type { Servient } from '../../servient/create-servient.ts';
import { consoleLogger, print } from '../output.ts';
import { startBanner } from '../start-banner.ts';

/** Flags of `wot serve`, as commander gives them. */
export interface ServeFlags {
  readonly http?: string;
  readonly coap?: string;
  readonly mqtt?: string;
  readonly host?: string;
  readonly publicBase?: string;
  readonly data?: string;
  readonly cors?: string;
  readonly insecure?: boolean;
  readonly config?: string;
  readonly speed?: string;
  readonly verbose?: boolean;
}

/** A module's default export: puts Things on a started servient. */
type ThingModule = { readonly default?: (servient: Servient) => Promise<void> };

/** Starts a servient with the Things of the given modules, until SIGINT or SIGTERM. */
export async function serve(modules: readonly string[], flags: ServeFlags): Promise<void> {
  const flag = (name: string) => flagText(flags, name);
  const config = {
    ...(await readConfigFile(flags.config)),
    ...(await readConfigEnvironment(process.env)),
    ...(await checkConfig(configFromText(flag), 'the command line')),
  };
  if (flags.speed !== undefined) process.env['THINGWRIGHT_SPEED'] = flags.speed;
  const logger = consoleLogger(flags.verbose === true);
  const servient = configuredServient(config, logger);
  if (config.insecure === true)
    logger.warn('Running with --insecure: whoever reaches this machine controls its Things');
  stopOnSignals(servient, logger);
  await servient.start();
  try {
    for (const module of modules) await (await load(module))(servient);
  } catch (error) {
    await servient.stop();
    throw error;
  }
  print(startBanner(servient));
}

function flagText(flags: ServeFlags, name: string): string | undefined {
  const key = name.toLowerCase().replace(/_(.)/, (_, letter: string) => letter.toUpperCase());
  const value = flags[key as keyof ServeFlags];
  return value === undefined ? undefined : String(value);
}

async function load(module: string): Promise<NonNullable<ThingModule['default']>> {
  const path = resolve(module);
  let loaded: ThingModule;
  try {
    loaded = (await import(pathToFileURL(path).href)) as ThingModule;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    if (!missing) throw cause;
    throw new WotError('not-found', 'MODULE_NOT_FOUND', `${(cause as Error).message}; check the path.`, {
      cause,
    });
  }
  if (typeof loaded.default === 'function') return loaded.default;
  const message = `${path} has no default export to call; export default async (servient) => { await servient.expose(...) }.`;
  throw new WotError('invalid', 'MODULE_WITHOUT_DEFAULT', message);
}

const stopWithin = 2000;

/** Stops cleanly; a second signal does not wait, and nothing waits longer than two seconds. */
function stopOnSignals(servient: Servient, logger: Logger): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => {
      logger.error(`The servient did not stop within ${stopWithin} ms; ending anyway`);
      process.exit(1);
    }, stopWithin).unref();
    await servient.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stop().catch(() => process.exit(1));
    });
  }
}
