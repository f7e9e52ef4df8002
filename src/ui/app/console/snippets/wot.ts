import type { Op } from '../../../../contracts/td.ts';
import type { Call } from './call.ts';
import { command, type Word } from './shell.ts';

const commands: Readonly<Partial<Record<Op, string>>> = {
  readproperty: 'read',
  readallproperties: 'read',
  writeproperty: 'write',
  observeproperty: 'observe',
  observeallproperties: 'observe',
  invokeaction: 'invoke',
  subscribeevent: 'subscribe',
  subscribeallevents: 'subscribe',
};

/** The call as `wot` makes it, which chooses the form itself; undefined for what it cannot do. */
export function wot(call: Call): string | undefined {
  const { op, address, name, input, uriVariables = {}, isPreferred } = call;
  const verb = commands[op];
  if (verb === undefined || !isPreferred) return undefined;
  const variables = Object.entries(uriVariables).filter(([variable]) => !/[=\0]/.test(variable));
  return command('npx wot', [
    [verb],
    ...variables.map(([variable, value]) => ['--uri-variable', `${variable}=${JSON.stringify(value)}`]),
    // Names and values may begin with a dash.
    [
      '--',
      address,
      ...(name === undefined ? [] : [name]),
      ...(input === undefined ? [] : [JSON.stringify(input)]),
    ],
  ] satisfies readonly (readonly Word[])[]);
}
