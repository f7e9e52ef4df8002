import process from 'node:process';
import { WotError } from '../../contracts/errors.ts';
import type { Logger } from '../../contracts/logger.ts';
import { isReadableByAll } from '../../security/psk-file.ts';
import {
  type Config,
  readConfigEnvironment,
  readConfigFile,
  readConfigFlags,
} from '../../servient/config.ts';
import { configuredServient } from '../../servient/configured-servient.ts';
import { consoleLogger } from '../../servient/console-logger.ts';
import { page } from '../../ui/page.ts';
import { print } from '../output.ts';
import { startBanner, startRecord } from '../start-banner.ts';
import { stopOnSignals } from '../stop-on-signals.ts';
import { loadModule, type ThingModule } from '../thing-module.ts';

/** Flags of `wot serve`, as commander gives them; the others are those of the configuration. */
export type ServeFlags = Readonly<Record<string, unknown>> & {
  readonly config?: string;
  readonly verbose?: boolean;
  readonly json?: boolean;
};

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
  if (modules.length === 0 && config.zigbee2mqtt === undefined) throw nothingToServe();
  const hasPage = config.page !== false;
  const loaded: ThingModule[] = [];
  for (const module of modules) loaded.push(await loadModule(module));
  const dashboards = Object.fromEntries(loaded.flatMap((module) => Object.entries(module.dashboards ?? {})));
  const servient = await configuredServient(config, logger, hasPage ? [page({ dashboards })] : []);
  warn(config, logger);
  stopOnSignals(servient, logger);
  await servient.start(async () => {
    for (const module of loaded) await module.default(servient);
  });
  if (servient.addresses.length === 0) {
    await servient.stop();
    throw nothingServed();
  }
  if (flags.json === true) print(JSON.stringify(startRecord(servient)));
  else process.stdout.write(`${startBanner(servient, { ...config, hasPage })}\n`);
}

function warn({ insecure, pskFile, websocket, page }: Config, logger: Logger): void {
  if (insecure === true)
    logger.warn('Running with --insecure: whoever reaches this machine controls its Things');
  if (pskFile !== undefined && isReadableByAll(pskFile))
    logger.warn(`Every user of this machine can read the keys in ${pskFile}; chmod 640 it, or 600`);
  if (websocket === false && page !== false)
    logger.warn(
      'The page shows no live values while WebSocket is off; turn it on, or the page off (--page off)',
    );
}

function nothingToServe(): WotError {
  const message =
    'There is nothing to serve: name modules with Things (wot serve things.ts), or the broker of a Zigbee2MQTT (--zigbee2mqtt <url>).';
  return new WotError('invalid', 'CONFIG_INVALID', message);
}

function nothingServed(): WotError {
  const message =
    'No protocol could be started, for the reasons above; mend them, or turn on another protocol.';
  return new WotError('unavailable', 'NOTHING_SERVED', message);
}
