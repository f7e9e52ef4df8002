import { resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { WotError } from '../../contracts/errors.ts';
import { isReadableByAll } from '../../security/psk-file.ts';
import { readConfigEnvironment, readConfigFile, readConfigFlags } from '../../servient/config.ts';
import { configuredServient } from '../../servient/configured-servient.ts';
import { consoleLogger } from '../../servient/console-logger.ts';
import type { Servient } from '../../servient/create-servient.ts';
import { page } from '../../ui/page.ts';
import { print } from '../output.ts';
import { startBanner, startRecord } from '../start-banner.ts';
import { stopOnSignals } from '../stop-on-signals.ts';

/** Flags of `wot serve`, as commander gives them; the others are those of the configuration. */
export type ServeFlags = Readonly<Record<string, unknown>> & {
  readonly config?: string;
  readonly verbose?: boolean;
  readonly json?: boolean;
};

/** What a module exports. */
interface LoadedModule {
  /** Puts Things on a started servient. */
  default(this: void, servient: Servient): Promise<void>;
  /** Boards that come with those Things, by the last segment of their address. */
  readonly dashboards?: Readonly<Record<string, unknown>>;
}

/** Starts a servient with the Things of the given modules, until SIGINT or SIGTERM. */
export async function serve(modules: readonly string[], flags: ServeFlags): Promise<void> {
  const config = {
    ...(await readConfigFile(flags.config)),
    ...(await readConfigEnvironment(process.env)),
    ...(await readConfigFlags(flags)),
  };
  // Modules that simulate read it here.
  if (config.speed !== undefined) process.env['THINGWRIGHT_SPEED'] = String(config.speed);
  const logger = consoleLogger(flags.verbose === true);
  const hasPage = config.page !== false;
  const loaded: LoadedModule[] = [];
  for (const module of modules) loaded.push(await load(module));
  const dashboards = Object.fromEntries(loaded.flatMap((module) => Object.entries(module.dashboards ?? {})));
  const servient = configuredServient(config, logger, hasPage ? [page({ dashboards })] : []);
  if (config.insecure === true)
    logger.warn('Running with --insecure: whoever reaches this machine controls its Things');
  if (config.pskFile !== undefined && isReadableByAll(config.pskFile))
    logger.warn(`Every user of this machine can read the keys in ${config.pskFile}; chmod 640 it, or 600`);
  if (config.websocket === false && hasPage)
    logger.warn(
      'The page shows no live values while WebSocket is off; turn it on, or the page off (--page off)',
    );
  stopOnSignals(servient, logger);
  await servient.start(async () => {
    for (const module of loaded) await module.default(servient);
  });
  if (servient.addresses.length === 0) {
    await servient.stop();
    throw nothingServed();
  }
  if (flags.json === true) print(JSON.stringify(startRecord(servient)));
  else process.stdout.write(`${startBanner(servient, { hasPage, pskFile: config.pskFile })}\n`);
}

async function load(module: string): Promise<LoadedModule> {
  const path = resolve(module);
  let loaded: Partial<LoadedModule>;
  try {
    loaded = await import(pathToFileURL(path).href);
  } catch (cause) {
    throw unloadable(path, cause as NodeJS.ErrnoException);
  }
  if (typeof loaded.default === 'function') return loaded as LoadedModule;
  const message = `${path} has no default export to call; export default async (servient) => { await servient.expose(...) }.`;
  throw new WotError('invalid', 'MODULE_WITHOUT_DEFAULT', message);
}

function nothingServed(): WotError {
  const message =
    'No protocol could be started, for the reasons above; mend them, or turn on another protocol.';
  return new WotError('unavailable', 'NOTHING_SERVED', message);
}

/** What a person can mend in a module, without a stack; a bug that the module throws keeps its own. */
function unloadable(path: string, cause: NodeJS.ErrnoException): unknown {
  const { code, message } = cause;
  if (code === 'ERR_MODULE_NOT_FOUND') {
    return new WotError('not-found', 'MODULE_NOT_FOUND', `${message}; check the path.`, { cause });
  }
  if (code === 'ERR_UNSUPPORTED_DIR_IMPORT') {
    return new WotError('invalid', 'MODULE_INVALID', `${path} is a folder; name the module file in it.`, {
      cause,
    });
  }
  if (!(cause instanceof SyntaxError) && code !== 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return cause;
  const where = `${path}, or a module that it imports,`;
  return new WotError('invalid', 'MODULE_INVALID', `${where} is not valid: ${message}; correct it.`, {
    cause,
  });
}
