import { spawnSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import process from 'node:process';
import { aptCommand, missingParts, packagesOf } from './system-parts.ts';

/** Builds the web page where its sources are newer. Installs missing system parts where it may (root on Debian with `CI=true`), else says which command does. */
export default function globalSetup(): void {
  buildPage();
  const missing = missingParts();
  if (missing.length === 0) return;
  if (process.env['CI'] === 'true' && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...packagesOf(missing));
    return;
  }
  console.warn(`Tests that need ${missing.join(', ')} are skipped. To run them: ${aptCommand(missing)}`);
}

function buildPage(): void {
  const changed = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['vite.config.ts', 'package-lock.json', ...globSync('src/ui/app/**/*.*')];
  const built = changed('dist-page/index.html');
  if (sources.every((file) => changed(file) <= built)) return;
  const { status } = spawnSync(process.execPath, ['src/ui/build-page.js'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The web page cannot be built; `npm run page` says why.');
}

function apt(...args: readonly string[]): void {
  const { status } = spawnSync('apt-get', args, {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0)
    throw new Error(`apt-get ${args.join(' ')} failed; install the parts by hand, then run the tests again.`);
}
