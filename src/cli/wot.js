#!/usr/bin/env node
// Plain JavaScript that any Node runs: it says which Node is needed, then loads the program.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const source = join(here, 'main.ts');
const checkout = existsSync(source);
const localNode = join(root, 'node_modules', 'node', 'bin', 'node');

if (major > 22 || (major === 22 && minor >= 18)) {
  if (checkout) await resolveToSources();
  const main = checkout ? source : join(root, 'dist', 'cli', 'main.js');
  await import(pathToFileURL(main).href);
} else if (checkout && existsSync(localNode)) {
  rerun(localNode);
} else {
  process.stderr.write(
    `wot needs Node.js 22.18 or newer, this is ${process.versions.node}. Install a newer one (https://nodejs.org)` +
      `${checkout ? ', or run "npm install" without --omit=dev and --ignore-scripts here' : ''}.\n`,
  );
  process.exitCode = 1;
}

// In a checkout "thingwright" is the TypeScript sources, as under --conditions=thingwright-source.
async function resolveToSources() {
  const { registerHooks } = await import('node:module');
  const url = pathToFileURL(join(root, 'src', 'index.ts')).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'thingwright' ? { url, shortCircuit: true } : next(specifier, context),
  });
}

function rerun(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}
