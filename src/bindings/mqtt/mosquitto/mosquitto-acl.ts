import { anonymous, mqttBroker, type Principal } from '../../../contracts/access.ts';
import { WotError } from '../../../contracts/errors.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import type { AccessRules } from '../../../security/access-rules.ts';
import type { TopicSpace } from '../messages/topic-space.ts';
import { type Allows, thingTopics } from './thing-topics.ts';

/** What the ACL of a Mosquitto is made of. */
export interface AclSource {
  readonly rules: AccessRules;
  /** Where the rules come from, for the file's header. */
  readonly origin: string;
  readonly things: readonly HostedThing[];
  readonly topics: TopicSpace;
  /** The user as whom the servient itself connects. */
  readonly servientUser: string;
  /** What the servient may read and write beside its own topics, e.g. `homeassistant/#`. */
  readonly servientFilters: readonly string[];
}

/** The lines of Mosquitto's `acl_file`. */
export interface MosquittoAcl {
  readonly text: string;
  /** The users of the rules that may connect to a broker, the servient's own not among them. */
  readonly users: readonly string[];
  /** Whether something is granted to who has no credentials. */
  readonly hasAnonymous: boolean;
}

/** Writes access rules as Mosquitto's ACL; WotError `invalid` ACL_INEXPRESSIBLE for what Mosquitto has no line for. */
export function mosquittoAcl(source: AclSource): MosquittoAcl {
  const { rules, servientUser } = source;
  const others = [mqttBroker.name, anonymous.name];
  const users = rules.principals.filter(({ name }) => !name.includes(':') && !others.includes(name));
  const open = lines(anonymous, source);
  if (users.some(({ name }) => name === servientUser)) {
    const message = `${servientUser} is a user of the access rules and cannot be the servient too; give the servient another user (--user).`;
    throw new WotError('invalid', 'ACL_USER_TAKEN', message);
  }
  const text = [
    ...header(source),
    ...(open.length === 0 ? [] : ['', '# Who has no credentials', ...open]),
    ...section(servientUser, servientLines(source)),
    ...users.flatMap((user) => section(user.name, lines(user, source))),
    '',
    '# Every client reads the results of its own requests',
    ...source.topics.replyFilters('%c').map((filter) => `pattern read ${filter}`),
    '',
  ];
  text.forEach(refuseUnwritable);
  return {
    text: text.join('\n'),
    users: users.map(({ name }) => name),
    hasAnonymous: open.length > 0,
  };
}

function header({ origin }: AclSource): readonly string[] {
  return [
    `# Made by "wot acl mosquitto" from ${origin}. Do not edit it: change the rules and run it again.`,
    '# Mosquitto does not tell who publishes: the servient serves all requests as mqtt-broker, and who may ask is decided here.',
    '# So nobody may do more than mqtt-broker, and an op on all affordances (ops/...) is only for who may do all that mqtt-broker may by it.',
    '# A result is read by the client id that asked. Mosquitto lets every user take any id, so clients that ask need ids that cannot be guessed.',
  ];
}

function section(user: string, granted: readonly string[]): readonly string[] {
  if (/^[^#+/:]+$/.test(user)) return ['', `user ${user}`, ...granted];
  throw inexpressible(`${JSON.stringify(user)} is a user's name`, 'choose one without #, +, / and colon');
}

/** Its own topics, and those that are granted to it as `mqtt-broker`, e.g. Zigbee2MQTT's. */
function servientLines({ topics, servientFilters, rules }: AclSource): readonly string[] {
  const { publish, receive } = rules.topicsOf(mqttBroker);
  return [
    ...[...topics.reserved, ...servientFilters].map((each) => `topic readwrite ${each}`),
    ...receive.map((filter) => `topic read ${filter}`),
    ...publish.map((filter) => `topic write ${filter}`),
  ];
}

/** What a caller is granted, sorted. */
function lines(who: Principal, { rules, things, topics }: AclSource): readonly string[] {
  const rightsOn =
    (principal: Principal, thing: string): Allows =>
    (right, affordance) =>
      rules.policy.allows(principal, right, thing, affordance);
  const ofThings = things
    .filter(({ listed }) => listed)
    .map((thing) => {
      const there = { asker: rightsOn(who, thing.name), server: rightsOn(mqttBroker, thing.name) };
      return thingTopics(thing, topics, there);
    });
  const { publish, receive } = rules.topicsOf(who);
  for (const filter of [...publish, ...receive]) refuseReserved(filter, topics);
  const read = ofThings.flatMap((thing) => thing.read);
  const states = read.length === 0 ? [] : [topics.anyServientStatus];
  const granted = [
    ...[...read, ...states, ...receive].map((filter) => `topic read ${filter}`),
    ...[...ofThings.flatMap((thing) => thing.write), ...publish].map((filter) => `topic write ${filter}`),
  ];
  return [...new Set(granted)].sort();
}

/** Mosquitto could not except the topics of Things from those of a wildcard. */
function refuseReserved(filter: string, { reserved }: TopicSpace): void {
  const levels = filter.split('/');
  const rest = levels.at(-1) === '#' ? '#' : '';
  const reaches = (space: string) =>
    space
      .split('/')
      .slice(0, -1)
      .every((level, at) => ['+', '#', level].includes(levels[at] ?? rest));
  if (!reserved.some(reaches)) return;
  throw inexpressible(
    `The topics ${filter} hold those of Things, ${reserved[0]}`,
    'grant topics with a first level of their own, e.g. zigbee2mqtt/#',
  );
}

function refuseUnwritable(line: string): void {
  // A line break would begin a line of its own; %c and %u stand for the client id and user name.
  if (!/\p{Cc}/u.test(line) && !/%[cu].*%c/.test(line)) return;
  throw inexpressible(
    `${JSON.stringify(line)} has control characters, %c or %u`,
    'choose other names and another prefix',
  );
}

function inexpressible(what: string, advice: string): WotError {
  return new WotError('invalid', 'ACL_INEXPRESSIBLE', `${what}, which Mosquitto cannot express; ${advice}.`);
}
