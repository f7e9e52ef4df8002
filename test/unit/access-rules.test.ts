import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anonymous, type Principal, type Right } from '../../src/contracts/access.ts';
import { accessRules, readAccessFile } from '../../src/security/access-rules.ts';
import { failureOf } from '../support/failure-of.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const document = {
  users: { anna: { roles: ['operator'] }, ben: {}, constructor: {}, 'mqtt-broker': {} },
  grants: [
    { to: ['role:operator'], rights: ['read', 'write', 'invoke', 'subscribe'], things: ['greenhouse-*'] },
    { to: ['ben', 'psk:valve-1'], rights: ['read'], things: ['tank'], affordances: ['level', '*-max-*'] },
    { to: ['anonymous'], rights: ['read'], affordances: ['temperature'] },
  ],
  topics: [{ to: ['ben'], publish: ['zigbee2mqtt/+/set'], receive: ['zigbee2mqtt/#'] }],
};
const { policy, principals, topicsOf } = accessRules(document);
const named = (name: string, roles: readonly string[] = []): Principal => ({ name, roles });

describe('access rules', () => {
  test.for<[Principal, Right, string, string, boolean]>([
    [named('anna'), 'invoke', 'greenhouse-1', 'open', true],
    [named('anna'), 'invoke', 'greenhouse', 'open', false],
    [named('carl', ['operator']), 'write', 'greenhouse-', 'x', true],
    [named('carl'), 'read', 'greenhouse-1', 'x', false],
    [named('ben'), 'read', 'tank', 'level', true],
    [named('ben'), 'write', 'tank', 'level', false],
    [named('ben'), 'read', 'tank', 'level-max', false],
    [named('ben'), 'read', 'tank', 'level-max-1', true],
    [named('ben'), 'read', 'tank', '-max-', true],
    [named('ben'), 'read', 'tank', '-max', false],
    [named('ben'), 'read', 'tanks', 'level', false],
    [named('psk:valve-1'), 'read', 'tank', 'level', true],
    [named('psk:valve-2'), 'read', 'tank', 'level', false],
    [anonymous, 'read', 'anything', 'temperature', true],
    // What is granted to anonymous is not granted to all.
    [named('ben'), 'read', 'anything', 'temperature', false],
    [named('constructor'), 'read', 'tank', 'level', false],
    [named('toString', ['__proto__']), 'read', 'tank', 'level', false],
  ])('%o may %s %s %s: %s', ([principal, right, thing, affordance, allowed]) => {
    expect(policy.allows(principal, right, thing, affordance)).toBe(allowed);
    // What was decided once is remembered.
    expect(policy.allows(principal, right, thing, affordance)).toBe(allowed);
  });

  test('topics of nobody are granted by filters', () => {
    const ben = named('ben');
    expect(policy.allowsTopic?.(ben, 'publish', 'zigbee2mqtt/lamp/set')).toBe(true);
    expect(policy.allowsTopic?.(ben, 'publish', 'zigbee2mqtt/lamp')).toBe(false);
    expect(policy.allowsTopic?.(ben, 'receive', 'zigbee2mqtt')).toBe(true);
    expect(policy.allowsTopic?.(anonymous, 'receive', 'zigbee2mqtt/lamp')).toBe(false);
    expect(topicsOf(ben)).toMatchObject({ publish: ['zigbee2mqtt/+/set'], receive: ['zigbee2mqtt/#'] });
  });

  test('all that it names are told, with their roles', () => {
    const names = ['anna', 'anonymous', 'ben', 'constructor', 'mqtt-broker', 'psk:valve-1'];
    expect(principals.map(({ name }) => name)).toEqual(names);
    expect(principals[0]).toEqual(named('anna', ['operator']));
  });

  test('an empty document grants nothing', () => {
    expect(accessRules({}).policy.allows(anonymous, 'read', 'tank', 'level')).toBe(false);
  });

  test.for<[unknown, string]>([
    [[], ' is not'],
    [{ user: {} }, '/user is not known (known: $schema, users, grants, topics)'],
    [{ users: { anna: { password: 'x' } } }, '/users/anna/password is not known (known: roles)'],
    [{ users: { 'role:x': {} } }, '/users/role:x is not a name without control characters'],
    [{ users: { 'a\nb': {} } }, '/users/a\nb is not a name without control characters'],
    [{ users: { ' anna': {} } }, '/users/ anna is not a name'],
    [{ grants: [{ to: ['anonymous'] }] }, '/grants/0 must have the member rights'],
    [{ grants: [{ to: [], rights: ['read'] }] }, '/grants/0/to is not a list of users'],
    [
      { grants: [{ to: ['anonymous'], rights: ['red'] }] },
      '/grants/0/rights/0 is not one of read, write, invoke and subscribe',
    ],
    [
      { grants: [{ to: ['anonymous', 'ana'], rights: ['read'] }] },
      '/grants/0/to/1 is no user: add ana to users',
    ],
    [{ topics: [{ to: ['ana'] }] }, '/topics/0/to/0 is no user'],
    [{ topics: [{ to: ['anonymous'], publish: ['a/#/b'] }] }, '/topics/0/publish/0 is no MQTT topic filter'],
  ])('%j is refused: %s', async ([wrong, fault]) => {
    const failure = await failureOf(() => accessRules(wrong, 'access.json'));
    expect(failure).toMatch('invalid ACCESS_INVALID: access.json:');
    expect(failure).toContain(fault);
  });

  test('come from a JSON file, which messages name', async () => {
    const file = join(temporaryFolder(), 'access.json');
    expect(await failureOf(() => readAccessFile(file))).toMatch(`ACCESS_UNREADABLE: The access file ${file}`);
    writeFileSync(file, '{ "grants": [');
    expect(await failureOf(() => readAccessFile(file))).toMatch(`ACCESS_UNREADABLE: The access file ${file}`);
    writeFileSync(file, '{ "grants": {} }');
    expect(await failureOf(() => readAccessFile(file))).toMatch(
      `ACCESS_INVALID: ${file}: /grants is not a list`,
    );
    writeFileSync(file, JSON.stringify(document));
    expect(readAccessFile(file).policy.allows(named('ben'), 'read', 'tank', 'level')).toBe(true);
  });
});
