import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { collect } from './greenhouse.ts';
import { root } from './markdown.ts';
import type { SystemPart } from './system-parts.ts';

/** How a documented command line is proven. */
export type Proof =
  /** Run elsewhere: the reason says where. */
  | { readonly how: 'elsewhere'; readonly reason: string }
  /** Names a script of package.json. */
  | { readonly how: 'script'; readonly script: string }
  /** Run to its end, which must be a success; or, if `endless`, until it prints. */
  | { readonly how: 'run'; readonly endless: boolean; readonly needs: readonly SystemPart[] };

/** Addresses that stand in documents, and what they are in this test. */
export type Addresses = Readonly<Record<'http' | 'coap' | 'mqtt', string>>;

const wot = `"${process.execPath}" "${root}/src/cli/wot.js"`;
const freePorts = '--http 0 --coap 0 --mqtt 0';

/** The commands of a shell block: continued lines joined, prompts and comments taken off. */
export function commandLines(block: string): readonly string[] {
  return block
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) =>
      line
        .replace(/^\$ /, '')
        .replace(/(^|\s)#\s.*$/, '')
        .trim(),
    )
    .filter((line) => line !== '');
}

/** How to prove a command line; undefined for a command that nobody taught the test. */
export function proofOf(line: string): Proof | undefined {
  const command = line.replace(/^(\w+=\S*\s+)+/, '');
  if (/^(git clone|cd|sudo apt-get|apt-get|npm (install|ci)|npm i)\b/.test(command)) {
    return { how: 'elsewhere', reason: 'a fresh checkout does it before any test can run' };
  }
  const script = /^npm (?:run (?<run>[\w:-]+)|(?<word>start|test)\b)/.exec(command)?.groups;
  if (script) return { how: 'script', script: script['run'] ?? script['word'] ?? '' };
  if (/^(npx )?wot\b/.test(command)) return run(/\bwot\s+(serve|ui|observe|subscribe)\b/.test(command));
  if (/^curl\b/.test(command)) return run(/\s(-N|--no-buffer)\b|event-stream/.test(command));
  if (/^coap-client\b/.test(command)) return run(/\s-s\b/.test(command), 'coap-client');
  if (/^mosquitto_sub\b/.test(command)) return run(true, 'mosquitto_sub');
  if (/^mosquitto_pub\b/.test(command)) return run(false, 'mosquitto_pub');
  return undefined;
}

/** Whether package.json has the script. */
export function hasScript(script: string): boolean {
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  return typeof scripts[script] === 'string';
}

/** Puts the running servient's addresses in the place of the documented default ones. */
export function readdressed(text: string, addresses: Addresses): string {
  const hosts = '(?:localhost|127\\.0\\.0\\.1)';
  const { hostname, port } = new URL(addresses.mqtt);
  return text
    .replaceAll(new RegExp(`http://${hosts}:8080`, 'g'), addresses.http)
    .replaceAll(new RegExp(`ws://${hosts}:8080`, 'g'), addresses.http.replace('http', 'ws'))
    .replaceAll(new RegExp(`(?<!/)\\b${hosts}:8080`, 'g'), new URL(addresses.http).host)
    .replaceAll(new RegExp(`coap://${hosts}(?::5683)?(?=[/\\s'"]|$)`, 'g'), addresses.coap)
    .replaceAll(new RegExp(`mqtt://${hosts}(?::1883)?(?=[/\\s'"]|$)`, 'g'), addresses.mqtt)
    .replaceAll(/^(mosquitto_(?:pub|sub))(.*)$/gm, (_all, command: string, rest: string) => {
      const others = rest.replaceAll(/\s-[hp]\s+\S+/g, '');
      return `${command} -h ${hostname} -p ${port}${others}`;
    });
}

/** The line as this machine can run it: our CLI from the checkout, on free ports; curl that fails on a status. */
export function runnable(line: string, commandOf: (part: SystemPart) => string): string {
  return line
    .replace(/^((?:\w+=\S*\s+)*)(?:npx )?wot\b/, `$1${wot}`)
    .replace(/(wot\.js" serve\b.*)$/, `$1 ${freePorts}`)
    .replace(/^curl\b/, 'curl --silent --show-error --fail-with-body --max-time 15')
    .replace(/^coap-client-notls(?=\s)/, 'coap-client')
    .replace(/^(coap-client|mosquitto_pub|mosquitto_sub)\b/, (part) => commandOf(part as SystemPart));
}

/** Runs a line in a shell; resolves when it succeeds, or prints where it is endless. */
export async function runLine(line: string, cwd: string, endless: boolean): Promise<void> {
  const env = { ...process.env, NO_COLOR: '1' };
  const child = spawn('sh', ['-c', line], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const printed = endless ? [once(child.stdout, 'data').then(() => 'printed' as const)] : [];
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const outcome = await Promise.race([ended, ...printed]);
  if (outcome === 'printed') {
    process.kill(-(child.pid ?? 0));
    await ended;
  } else if (outcome !== 0) throw new Error(`${line}\nended with ${outcome}:\n${output.text()}`);
}

function run(endless: boolean, ...needs: readonly SystemPart[]): Proof {
  return { how: 'run', endless, needs };
}
