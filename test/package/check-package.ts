import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Message, publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from '../support/markdown.ts';
import { packInto } from '../support/packed.ts';

/** Checks what would be published: publint for its package.json, attw for its types; exit code 1 on a fault. */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'package-check-'));
  try {
    const { tarball, files } = packInto(folder);
    console.log(`${files.length} files in ${tarball}`);
    if (!(await lint(tarball)) || !checkTypes(tarball)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function lint(tarball: string): Promise<boolean> {
  const { buffer } = new Uint8Array(readFileSync(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  const faults = messages.filter((message) => !isSourceCondition(message));
  for (const fault of faults) console.error(`publint: ${formatMessage(fault, pkg)}`);
  return faults.length === 0;
}

/** The condition `thingwright-source` serves checkouts alone, which have the file that it names. */
function isSourceCondition({ code, path }: Message): boolean {
  return code === 'FILE_DOES_NOT_EXIST' && path.at(-1) === 'thingwright-source';
}

function checkTypes(tarball: string): boolean {
  const attw = join(root, 'node_modules', '.bin', 'attw');
  const { status } = spawnSync(attw, [tarball, '--profile', 'esm-only'], { stdio: 'inherit' });
  return status === 0;
}

await main();
