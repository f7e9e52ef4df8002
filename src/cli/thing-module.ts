import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WotError } from '../contracts/errors.ts';
import type { Servient } from '../servient/create-servient.ts';

/** What a module with Things exports. */
export interface ThingModule {
  /** Puts Things on a started servient. */
  default(this: void, servient: Servient): Promise<void>;
  /** Boards that come with those Things, by the last segment of their address. */
  readonly dashboards?: Readonly<Record<string, unknown>>;
}

/** Loads a module; WotError MODULE_NOT_FOUND, MODULE_INVALID or MODULE_WITHOUT_DEFAULT. */
export async function loadModule(module: string): Promise<ThingModule> {
  const path = resolve(module);
  let loaded: Partial<ThingModule>;
  try {
    loaded = await import(pathToFileURL(path).href);
  } catch (cause) {
    throw unloadable(path, cause as NodeJS.ErrnoException);
  }
  if (typeof loaded.default === 'function') return loaded as ThingModule;
  const message = `${path} has no default export to call; export default async (servient) => { await servient.expose(...) }.`;
  throw new WotError('invalid', 'MODULE_WITHOUT_DEFAULT', message);
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
