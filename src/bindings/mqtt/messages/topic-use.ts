import type { Right } from '../../../contracts/access.ts';
import { decodedOrSame } from '../../../td/percent-encoding.ts';
import { encodeLevel, requestRights, type TopicSpace } from './topic-space.ts';

/** What is said or asked at a topic of a Thing; `other` has no meaning. */
export interface ThingTopic {
  readonly kind: 'td' | 'status' | 'value' | 'request' | 'result' | 'other';
  readonly thing: string;
  readonly affordance?: string;
  /** Of a value what who receives it must be allowed, of a request who sends it; absent for the ops of a Thing, which concern several affordances. */
  readonly right?: Right;
  /** The client that a result is for. */
  readonly clientId?: string;
}

/** Where a servient says that it is online. */
interface ServientTopic {
  readonly kind: 'servient';
  readonly clientId: string;
}

/** What who receives the values of affordances must be allowed. */
const valueRights: ReadonlyMap<string, Right> = new Map([
  ['properties', 'read'],
  ['events', 'subscribe'],
]);

/** What a topic name means where Things and servients have their topics, names decoded; undefined elsewhere. */
export function topicUse(topics: TopicSpace, topic: string): ThingTopic | ServientTopic | undefined {
  const levels = topics.levels(topic) ?? [];
  const [root, second, third] = levels;
  if (root !== 'things' && root !== 'servients') return undefined;
  const name = levelName(second);
  if (name === undefined) return undefined;
  if (root === 'things') return { thing: name, ...belowThing(topics, topic, levels) };
  const isStatus = third === 'status' && levels.length === 3;
  return isStatus ? { kind: 'servient', clientId: name } : undefined;
}

/** Of which Thing a filter wants topics, and of which client results; clients may be `+` and `#`. Undefined where it does not begin with the topics of Things. */
export function filterUse(
  topics: TopicSpace,
  filter: string,
): { readonly thing?: string | undefined; readonly resultsOf?: string } | undefined {
  const levels = topics.levels(filter) ?? [];
  if (levels[0] !== 'things') return undefined;
  const result = levels.indexOf('reply', levels[2] === 'ops' ? 3 : 4);
  if (result > 0) return { resultsOf: levels[result + 1] ?? '#' };
  return { thing: levelName(levels[1]) };
}

/** The name that a level was made of; undefined where `encodeLevel` gives another one. */
function levelName(level = ''): string | undefined {
  const name = decodedOrSame(level);
  return name !== '' && encodeLevel(name) === level ? name : undefined;
}

function belowThing(topics: TopicSpace, topic: string, levels: readonly string[]): Omit<ThingTopic, 'thing'> {
  const [, , kind = '', fourth, verb = ''] = levels;
  if (levels.length === 2) return { kind: 'td' };
  if (levels.length === 3) return { kind: kind === 'status' ? 'status' : 'other' };
  const request = topics.parseRequest(topic);
  if (!request && topics.isReply(topic)) {
    return { kind: 'result', ...clientOf(levels[kind === 'ops' ? 4 : 5]) };
  }
  if (request?.isOp) return { kind: 'request', ...clientOf(request.clientId) };
  const affordance = levelName(fourth);
  const right = request ? requestRights.get(verb) : levels.length === 4 && valueRights.get(kind);
  if (affordance === undefined || !right) return { kind: 'other' };
  return { kind: request ? 'request' : 'value', affordance, right, ...clientOf(request?.clientId) };
}

function clientOf(clientId: string | undefined): Pick<ThingTopic, 'clientId'> {
  return clientId === undefined ? {} : { clientId };
}
