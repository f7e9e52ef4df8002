import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { WotError } from '../../../contracts/errors.ts';

/** An IP literal as it is, a name by DNS; WotError `unavailable` HOST_UNKNOWN. */
export async function resolveHost(
  host: string,
): Promise<{ readonly address: string; readonly family: number }> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(bare);
  if (family !== 0) return { address: bare, family };
  try {
    return await lookup(bare);
  } catch (cause) {
    const message = `No address is known for the host "${bare}"; check the name.`;
    throw new WotError('unavailable', 'HOST_UNKNOWN', message, { cause });
  }
}
