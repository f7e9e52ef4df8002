import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of the system that tests drive: the Debian package, and the names it may have (the first found is used). */
export const systemParts = {
  'coap-client': { package: 'libcoap3-bin', commands: ['coap-client', 'coap-client-notls'] },
  'coap-server': { package: 'libcoap3-bin', commands: ['coap-server', 'coap-server-notls'] },
  'coap-server-openssl': { package: 'libcoap3-bin', commands: ['coap-server-openssl'] },
  mosquitto: { package: 'mosquitto', commands: ['mosquitto'] },
  mosquitto_pub: { package: 'mosquitto-clients', commands: ['mosquitto_pub'] },
  mosquitto_sub: { package: 'mosquitto-clients', commands: ['mosquitto_sub'] },
  mosquitto_rr: { package: 'mosquitto-clients', commands: ['mosquitto_rr'] },
  openssl: { package: 'openssl', commands: ['openssl'] },
  curl: { package: 'curl', commands: ['curl'] },
  ip: { package: 'iproute2', commands: ['ip'] },
  chromium: { package: 'chromium', commands: ['chromium', 'chromium-browser', 'google-chrome'] },
} as const satisfies Record<string, { readonly package: string; readonly commands: readonly string[] }>;

export type SystemPart = keyof typeof systemParts;

/** What a test that drives system programs needs to know. */
export interface Needs {
  /** For `describe.skipIf`. */
  readonly missing: boolean;
  /** To append to the title: empty, or why the tests are skipped and what to run. */
  readonly note: string;
  /** The path of a part that is there. */
  command(part: SystemPart): string;
}

/** Looks for the parts; where `CI=true` a missing one throws, elsewhere it is a reason to skip. */
export function needs(...parts: readonly SystemPart[]): Needs {
  const absent = parts.filter((part) => findPart(part) === undefined);
  const note = absent.length === 0 ? '' : ` (skipped: no ${absent.join(', ')}; run: ${aptCommand(absent)})`;
  if (absent.length > 0 && process.env['CI'] === 'true') throw new Error(`CI must not skip tests${note}`);
  return { missing: absent.length > 0, note, command: (part) => findPart(part) ?? part };
}

/** The parts that are not installed. */
export function missingParts(): readonly SystemPart[] {
  return (Object.keys(systemParts) as SystemPart[]).filter((part) => findPart(part) === undefined);
}

/** The packages of the parts, each once. */
export function packagesOf(parts: readonly SystemPart[]): readonly string[] {
  return [...new Set(parts.map((part) => systemParts[part].package))];
}

/** The command that installs the parts on Debian. */
export function aptCommand(parts: readonly SystemPart[]): string {
  return `sudo apt-get install -y --no-install-recommends ${packagesOf(parts).join(' ')}`;
}

function findPart(part: SystemPart): string | undefined {
  // Debian keeps servers in sbin, which is not on every user's PATH.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return systemParts[part].commands
    .flatMap((command) => folders.map((folder) => join(folder, command)))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
