import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { aptCommand, missingParts, packagesOf } from './system-parts.ts';

/** Installs missing system parts where it may (root on Debian with `CI=true`), else says which command does. */
export default function globalSetup(): void {
  const missing = missingParts();
  if (missing.length === 0) return;
  if (process.env['CI'] === 'true' && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...packagesOf(missing));
    return;
  }
  console.warn(`Tests that need ${missing.join(', ')} are skipped. To run them: ${aptCommand(missing)}`);
}

function apt(...args: readonly string[]): void {
  const { status } = spawnSync('apt-get', args, {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0)
    throw new Error(`apt-get ${args.join(' ')} failed; install the parts by hand, then run the tests again.`);
}
