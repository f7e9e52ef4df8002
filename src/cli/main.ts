import process from 'node:process';
import { type Command, CommanderError, program } from 'commander';
import type { ServeFlags } from './commands/serve.ts';
import { exitCodes, reportError } from './output.ts';

const json = ['--json', 'print JSON, one value a line'] as const;
const timeout = ['--timeout <ms>', 'give up after so many milliseconds'] as const;

const commands = {
  ls: async () => (await import('./commands/ls.ts')).ls,
  td: async () => (await import('./commands/td.ts')).td,
  read: async () => (await import('./commands/read.ts')).read,
  write: async () => (await import('./commands/write.ts')).write,
  invoke: async () => (await import('./commands/invoke.ts')).invoke,
  observe: async () => (await import('./commands/observe.ts')).observe,
  subscribe: async () => (await import('./commands/subscribe.ts')).subscribe,
  validate: async () => (await import('./commands/validate.ts')).validate,
};

type CommandName = keyof typeof commands;

program
  .name('wot')
  .description('Serves Things of the Web of Things, and talks to Things of any Thing Description.')
  .addHelpText(
    'after',
    `
<thing> is the URL or file of a Thing Description, or the name of a Thing at --at
(default: $THINGWRIGHT_URL, else http://127.0.0.1:8080).

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 invalid input or TD, 4 not found, 5 not permitted, 6 unreachable or timed out.`,
  )
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'wot: ')) });

program
  .command('serve')
  .description('serve the Things of modules (default export: async (servient) => { ... })')
  .argument('<module...>', 'TypeScript or JavaScript files')
  .option('--http <port>', 'HTTP port, or "off" (8080)')
  .option('--coap <port>', 'CoAP port, or "off" (5683)')
  .option('--mqtt <port|url>', 'port of the embedded broker, URL of another broker, or "off" (1883)')
  .option('--host <address>', 'bind address (127.0.0.1)')
  .option('--public-base <url>', 'the HTTP address by which peers reach this servient')
  .option('--data <folder>', 'where state lies, or "off" for memory only (.thingwright)')
  .option('--cors <origins>', 'origins whose web pages may call, separated by commas')
  .option('--insecure', 'allow binds beyond loopback without TLS and credentials')
  .option('--config <file>', 'configuration file (wot.config.ts, wot.config.json)')
  .option('--speed <factor>', 'how fast simulated time passes, for modules that simulate')
  .option('--verbose', 'log more')
  .action(async (modules: string[], flags: ServeFlags) => {
    const { serve } = await import('./commands/serve.ts');
    await serve(modules, flags);
  });

interaction('ls', 'list the Things of a servient or directory')
  .argument('[url]', 'address of the servient')
  .action(run('ls'));
interaction('td', 'print a Thing Description').argument('<thing>').action(run('td'));
interaction('read', 'read a property, or all').argument('<thing>').argument('[property]').action(run('read'));
interaction('write', 'write a property')
  .argument('<thing>')
  .argument('<property>')
  .argument('<value>', 'JSON; other text counts as a string')
  .action(run('write'));
interaction('invoke', 'invoke an action')
  .argument('<thing>')
  .argument('<action>')
  .argument('[input]', 'JSON; other text counts as a string')
  .option('--no-wait', 'do not wait for the end of an asynchronous action')
  .action(run('invoke'));
interaction('observe', 'print a property, or all, whenever it changes')
  .argument('<thing>')
  .argument('[property]')
  .option('--count <n>', 'stop after so many')
  .action(run('observe'));
interaction('subscribe', 'print events as they come')
  .argument('<thing>')
  .argument('[event]')
  .option('--count <n>', 'stop after so many')
  .action(run('subscribe'));

program
  .command('validate')
  .description('check Thing Descriptions and Thing Models')
  .argument('<file|url...>', 'JSON files or addresses; - is standard input')
  .option(...json)
  .action(run('validate'));

try {
  await program.parseAsync();
} catch (error) {
  const asJson = process.argv.includes('--json');
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  else process.exitCode = reportError(error, asJson);
}

function interaction(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--at <url>', 'servient whose Things are meant by name')
    .option('--uri-variable <name=value...>', 'uriVariables of the affordance')
    .option(...timeout)
    .option(...json);
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
