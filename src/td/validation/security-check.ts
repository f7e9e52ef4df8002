import { type JsonObject, ownMember, stringList, textOf } from '../json-object.ts';
import { jsonPointer } from '../json-pointer.ts';
import { formParts, type Part, parts } from './document-parts.ts';
import { error, type Finding, mended, removal, shown } from './finding.ts';

interface Definitions {
  readonly byName: ReadonlyMap<string, Part>;
  /** The first of them. */
  readonly names: readonly string[];
  /** What to do about a name that is not there. */
  readonly hint: string;
}

/** What no schema can say of security: names that exist, combos that end, flows that are whole. */
export function checkSecurity(document: JsonObject): readonly Finding[] {
  const definitions = readDefinitions(document);
  return [
    ...dangling(document['security'], '/security', definitions),
    ...formParts(document).flatMap(({ value, pointer }) =>
      dangling(value['security'], jsonPointer(pointer, 'security'), definitions),
    ),
    ...[...definitions.byName.values()].flatMap((part) => [
      ...danglingMembers(part, definitions),
      ...flow(part),
    ]),
    ...cycles(definitions.byName),
  ];
}

function readDefinitions(document: JsonObject): Definitions {
  const all = parts(document['securityDefinitions'], '/securityDefinitions');
  const names = all.slice(0, 10).map(({ name }) => name);
  return {
    byName: new Map(all.map((part) => [part.name, part])),
    names,
    hint: names.length === 0 ? 'Define it there.' : `Define it there, or use one of: ${names.join(', ')}.`,
  };
}

function dangling(names: unknown, pointer: string, definitions: Definitions): readonly Finding[] {
  const list: readonly unknown[] = Array.isArray(names) ? names : [names];
  return list.flatMap((name, index) =>
    typeof name !== 'string' || definitions.byName.has(name)
      ? []
      : mended(
          error(
            'security-name',
            list === names ? jsonPointer(pointer, index) : pointer,
            `${shown(name)} is not in "securityDefinitions".`,
            definitions.hint,
          ),
          { do: 'replace', values: definitions.names },
        ),
  );
}

function members({ value }: Part): readonly string[] {
  return value['scheme'] === 'combo' ? [...stringList(value['oneOf']), ...stringList(value['allOf'])] : [];
}

function danglingMembers({ value, pointer }: Part, definitions: Definitions): readonly Finding[] {
  if (value['scheme'] !== 'combo') return [];
  return ['oneOf', 'allOf'].flatMap((member) =>
    dangling(value[member], jsonPointer(pointer, member), definitions),
  );
}

/** Combos that never end: what is left when every scheme whose members all end is taken away. */
function cycles(definitions: ReadonlyMap<string, Part>): readonly Finding[] {
  const waitsFor = new Map([...definitions].map(([name, part]) => [name, new Set(members(part))]));
  const edges = [...waitsFor].flatMap(([user, used]) => [...used].map((member) => ({ user, member })));
  const usersOf = Map.groupBy(edges, ({ member }) => member);
  const ended = [...waitsFor.keys(), ...usersOf.keys()].filter(
    (name) => (waitsFor.get(name)?.size ?? 0) === 0,
  );
  for (const name of ended) {
    waitsFor.delete(name);
    for (const { user } of usersOf.get(name) ?? []) {
      const open = waitsFor.get(user);
      open?.delete(name);
      if (open?.size === 0) ended.push(user);
    }
  }
  return [...waitsFor.keys()].map((name) => {
    const pointer = jsonPointer('/securityDefinitions', name);
    return error(
      'security-cycle',
      pointer,
      'The combo refers to itself.',
      'Let combos end in other schemes.',
    );
  });
}

/** The members that name the servers of an OAuth 2 flow. */
const serversOf: Readonly<Record<string, readonly string[]>> = {
  code: ['authorization', 'token'],
  client: ['token'],
};

function flow({ value, pointer }: Part): readonly Finding[] {
  if (value['scheme'] !== 'oauth2') return [];
  const needed = ownMember(serversOf, textOf(value['flow'])) ?? [];
  const missing = needed
    .filter((member) => !(member in value))
    .map((member) =>
      error(
        `td-security-oauth2-${value['flow']}-flow`,
        pointer,
        `The ${value['flow']} flow has no member ${shown(member)}.`,
        `Add the URI of the ${member} server.`,
      ),
    );
  if (value['flow'] !== 'client' || !('authorization' in value)) return missing;
  const where = jsonPointer(pointer, 'authorization');
  const message = 'The client flow has no authorization server.';
  const found = error('td-security-oauth2-client-flow-no-auth', where, message, 'Remove the member.');
  return [...missing, mended(found, removal)];
}
