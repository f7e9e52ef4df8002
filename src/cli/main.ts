import { readFileSync } from 'node:fs';
import process from 'node:process';
import { type Command, CommanderError, program } from 'commander';
import type { ServeFlags } from './commands/serve.ts';
import { uriVariable, wholeNumber } from './option-values.ts';
import { exitCodes, notice, reportError } from './output.ts';

const commands = {
  ls: async () => (await import('./commands/ls.ts')).ls,
  td: async () => (await import('./commands/td.ts')).td,
  read: async () => (await import('./commands/read.ts')).read,
  write: async () => (await import('./commands/write.ts')).write,
  invoke: async () => (await import('./commands/invoke.ts')).invoke,
  observe: async () => (await import('./commands/observe.ts')).observe,
  subscribe: async () => (await import('./commands/observe.ts')).subscribe,
  validate: async () => (await import('./commands/validate.ts')).validate,
  ui: async () => (await import('./commands/ui.ts')).ui,
  acl: async () => (await import('./commands/acl.ts')).acl,
};

type CommandName = keyof typeof commands;

let serving = false;

// Nobody reads on (`| head -1`): a server goes on, a command has done its work.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (serving) return;
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
  notice(`The output cannot be written: ${error.message}; check the disk or the program that reads it.`);
  process.exit(exitCodes.failed);
});
process.stderr.on('error', () => {});

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

program
  .name('wot')
  .description('Serves Things of the Web of Things, and talks to Things of any Thing Description.')
  .version(version)
  .addHelpText(
    'after',
    `
<thing> is the URL of a Thing Description, a file (told by a slash or by its ending .json, .jsonld, .td or .tm),
or the name of a Thing at --at (default: $THINGWRIGHT_URL, else http://127.0.0.1:8080).

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 invalid input or TD, 4 not found, 5 not permitted,
6 unreachable or timed out, 130 interrupted.`,
  )
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'wot: ')) });

program
  .command('serve')
  .description('serve the Things of modules (default export: async (servient) => { ... })')
  .argument('[module...]', 'TypeScript or JavaScript files; none with --zigbee2mqtt alone')
  .option('--http <port>', 'HTTP port, or "off" (8080)')
  .option('--tls-cert <file>', 'PEM file with the certificate: HTTP becomes HTTPS')
  .option('--tls-key <file>', 'PEM file with its private key')
  .option('--http2', 'offer HTTP/2 beside HTTP/1.1; needs TLS')
  .option('--websocket <on|off>', 'Things over WebSocket on the HTTP port (on)')
  .option('--page <on|off>', 'the web page on the HTTP port (on)')
  .option('--coap <port>', 'CoAP port, or "off" (5683)')
  .option('--coaps <port>', 'CoAP over DTLS, or "off" (5684 with --psk-file)')
  .option('--coap-tcp <port>', 'CoAP over TCP, or "off" (off)')
  .option('--coaps-tcp <port>', 'CoAP over TLS, or "off" (off)')
  .option('--psk-file <file>', 'pre-shared keys of CoAP clients, lines of identity:hexkey')
  .option('--mqtt <port|url>', 'port of the embedded broker, URL of another broker, or "off" (1883)')
  .option('--mqtts <port>', 'port of the embedded broker over TLS, or "off" (off)')
  .option('--mqtt-ca <file>', 'PEM file of authorities: of clients over --mqtts, or of another broker')
  .option('--mqtt-websocket', 'the embedded broker also at /mqtt of the HTTP port')
  .option('--mqtt-prefix <levels>', 'what all MQTT topics begin with')
  .option('--mqtt-user <name>', 'user name at another broker (of --mqtt, else of --zigbee2mqtt)')
  .option('--mqtt-password-file <file>', 'its password, in the first line')
  .option('--home-assistant', 'announce all Things to Home Assistant')
  .option('--zigbee2mqtt <url>', 'broker of a Zigbee2MQTT whose devices become Things')
  .option('--access-file <file>', 'access rules: who may do what (everybody everything)')
  .option('--host <address>', 'bind address (127.0.0.1)')
  .option('--public-base <url>', 'the HTTP address by which peers reach this servient')
  .option('--data <folder>', 'where state lies, or "off" for memory only (.thingwright)')
  .option('--cors <origins>', 'origins whose web pages may call, separated by commas')
  .option('--insecure', 'allow binds beyond loopback of protocols whose callers need no credentials')
  .option('--config <file>', 'configuration file (wot.config.ts, wot.config.json)')
  .option('--speed <factor>', 'how fast simulated time passes, for modules that simulate')
  .option('--verbose', 'log more')
  .option('--json', 'print the Things and addresses as one line of JSON')
  .action(async (modules: string[], flags: ServeFlags) => {
    serving = true;
    const { serve } = await import('./commands/serve.ts');
    await serve(modules, flags);
  });

client('ls', 'list the Things of a servient or directory').argument(
  '[url]',
  'address of the servient, or a file',
);
client('td', 'print a Thing Description').argument('<thing>');
client('validate', 'check Thing Descriptions and Thing Models').argument('<thing...>', '- is standard input');
interaction('read', 'read a property, or all').argument('<thing>').argument('[property]');
interaction('write', 'write a property')
  .argument('<thing>')
  .argument('<property>')
  .argument('<value>', 'JSON; other text counts as a string');
interaction('invoke', 'invoke an action')
  .argument('<thing>')
  .argument('<action>')
  .argument('[input]', 'JSON; other text counts as a string')
  .option('--no-wait', 'do not wait for the end of an asynchronous action');
interaction('observe', 'print a property, or all, whenever it changes')
  .argument('<thing>')
  .argument('[property]')
  .option('--count <n>', 'stop after so many', wholeNumber);
interaction('subscribe', 'print events as they come')
  .argument('<thing>')
  .argument('[event]')
  .option('--count <n>', 'stop after so many', wholeNumber);
client('ui', 'open the web page of any Things, wherever they are')
  .argument('<thing...>')
  .option('--http <port>', 'port of the page (a free one)', wholeNumber)
  .option('--no-open', 'only print the address');

program
  .command('acl')
  .description('write the access and password files of a broker from access rules and the Things of modules')
  .argument('<broker>', 'mosquitto')
  .argument('<module...>', 'TypeScript or JavaScript files')
  .requiredOption('--access-file <file>', 'access rules: who may do what')
  .option('--out <folder>', 'where the files go', '.')
  .option('--user <name>', 'as whom the servient connects', 'thingwright')
  .option('--mqtt-prefix <levels>', 'what all MQTT topics begin with')
  .option('--home-assistant', 'let the servient announce its Things to Home Assistant')
  .option('--json', 'print JSON')
  .action(run('acl'));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** A command that reads documents. */
function client(name: CommandName, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--at <url>', 'servient whose Things are meant by name')
    .option('--ca <file>', 'PEM file of certificates to trust beside those of the system')
    .option('--psk-file <file>', 'the key for coaps and coaps+tcp: a line of identity:hexkey')
    .option('--timeout <ms>', 'give up after so many milliseconds', wholeNumber)
    .option('--json', 'print JSON, one value a line')
    .action(run(name));
}

/** A command that talks to a Thing. */
function interaction(name: CommandName, description: string): Command {
  return client(name, description).option(
    '--uri-variable <name=value>',
    'a uriVariable of the affordance; once for each',
    uriVariable,
  );
}

/** Loads a command when it is run: `wot serve` starts without the consumer, `wot ls` without the servient. */
function run(name: CommandName) {
  return async (...args: unknown[]): Promise<void> => {
    const command = args.at(-1) as Command;
    const execute = await commands[name]();
    process.exitCode = await execute(
      command.processedArgs.flat().filter((arg) => arg !== undefined),
      command.opts(),
    );
  };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const code = reportError(error, process.argv.includes('--json'));
  // A servient reaches for nobody: its storage or its port failed.
  return serving && code === exitCodes.unreachable ? exitCodes.failed : code;
}
