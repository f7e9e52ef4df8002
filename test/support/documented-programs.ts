import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CodeBlock, root } from './markdown.ts';

/** A folder where `thingwright` is this checkout: what a user's project looks like. */
export function userFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'documented-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'thingwright'));
  for (const used of ['@types', 'express']) {
    symlinkSync(join(root, 'node_modules', used), join(folder, 'node_modules', used));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  const include = ['*.ts'];
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.json'), include }),
  );
  return folder;
}

/** The file that a block stands for: the one that its first line names (`// lamp.ts`), else one of its own. */
export function fileOf({ text, line }: CodeBlock): string {
  return /^\/\/ ([\w-]+\.ts)\b/.exec(text)?.[1] ?? `block-at-line-${line}.ts`;
}

/** What the compiler says about the folder; empty = nothing. */
export function typeErrors(folder: string): string {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  return status === 0 ? '' : stdout;
}

/** The program on free ports, so that it runs beside others. */
export function onFreePorts(text: string): string {
  return text
    .replaceAll(/\bport: \d+/g, 'port: 0')
    .replaceAll(/\b(http|coap)\(\)/g, '$1({ port: 0 })')
    .replaceAll("broker: 'embedded'", "broker: 'embedded', port: 0");
}

/** The command that evaluates a program and then ends, whatever it has started. */
export function evaluation(path: string): string {
  const script = `await import(${JSON.stringify(path)}); process.exit(0);`;
  return `"${process.execPath}" --conditions=thingwright-source --input-type=module -e '${script}'`;
}

/** Whether a program goes on until it is stopped: it waits for what comes. */
export function isEndless(text: string): boolean {
  return /\bfor await\b/.test(text);
}
