import type { AccessPolicy, Principal, Right } from '../../../contracts/access.ts';
import type { BindingHost } from '../../../contracts/binding.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import type { Logger } from '../../../contracts/logger.ts';
import { openAccess } from '../../../security/open-access.ts';
import type { Asker, Publication, TopicAccess } from '../broker/guard/topic-access.ts';
import type { TopicSpace } from '../messages/topic-space.ts';
import { filterUse, topicUse } from '../messages/topic-use.ts';

/** What the access policy means for the topics of the embedded broker; `owns` tells those that are the servient's alone. */
export function topicRights(
  { access: given, things, logger }: Pick<BindingHost, 'access' | 'things' | 'logger'>,
  topics: TopicSpace,
  owns: (topic: string) => boolean,
): TopicAccess {
  const isOpen = given === openAccess;
  const access = isOpen ? given : unfailing(given, logger);
  const allowsTopic = (asker: Asker, act: 'publish' | 'receive', topic: string) =>
    access.allowsTopic?.(asker.principal, act, topic) ?? false;

  function publication(topic: string, asker: Asker, retain: boolean): Publication {
    const use = topicUse(topics, topic);
    const isHosted = use !== undefined && use.kind !== 'servient' && things.has(use.thing);
    const request = use?.kind === 'request' ? use : undefined;
    // Nobody has results sent to others.
    const isOwn = request !== undefined && (request.clientId ?? asker.clientId) === asker.clientId;
    // Below our Things others may only ask, and in passing: a retained request would be repeated at every start.
    // Whether it may be done is the pipeline's to say, so that there is a result.
    const allowed = isHosted
      ? request !== undefined && !retain && (isOpen || isOwn)
      : !owns(topic) && allowsTopic(asker, 'publish', topic);
    if (allowed) return 'publish';
    return isOwn && request.clientId !== undefined ? 'answer' : 'drop';
  }
  if (isOpen) return { publication };

  /** Of the topic asked for last: a message is delivered to many. */
  let last: { readonly topic: string; readonly use: ReturnType<typeof topicUse> } | undefined;

  function mayReceive(topic: string, asker: Asker): boolean {
    if (last?.topic !== topic) last = { topic, use: topicUse(topics, topic) };
    const { use } = last;
    if (use?.kind === 'servient') return true;
    if (use?.kind === 'result') return use.clientId === asker.clientId;
    const thing = use && things.get(use.thing);
    if (!thing) return allowsTopic(asker, 'receive', topic);
    if (use.kind === 'td' || use.kind === 'status') return mayAnything(access, asker.principal, thing);
    const { kind, right, affordance } = use;
    return kind === 'value' && !!right && access.allows(asker.principal, right, thing.name, affordance ?? '');
  }

  function maySubscribe(filter: string, asker: Asker): boolean {
    const use = filterUse(topics, filter);
    // What comes from elsewhere, or from Things that are not here yet, is looked at when it comes.
    if (!use) return isWildcard(filter) || mayReceive(filter, asker);
    if (use.resultsOf !== undefined) return ['+', '#', asker.clientId].includes(use.resultsOf);
    const thing = things.get(use.thing ?? '');
    if (!thing) return true;
    return isWildcard(filter) ? mayAnything(access, asker.principal, thing) : mayReceive(filter, asker);
  }

  return { publication, receiving: { mayReceive, maySubscribe } };
}

/** A policy that denies where another one throws, so that its fault costs nobody's connection. */
function unfailing(policy: AccessPolicy, logger: Logger): AccessPolicy {
  const decided = (decide: () => boolean | undefined): boolean => {
    try {
      return decide() ?? false;
    } catch (error) {
      logger.error('The access policy failed; what was asked for is denied', { error });
      return false;
    }
  };
  return {
    allows: (...asked) => decided(() => policy.allows(...asked)),
    allowsTopic: (...asked) => decided(() => policy.allowsTopic?.(...asked)),
  };
}

function isWildcard(filter: string): boolean {
  return /[+#]/.test(filter);
}

const rights: Readonly<Record<'properties' | 'actions' | 'events', readonly Right[]>> = {
  properties: ['read', 'write'],
  actions: ['invoke'],
  events: ['subscribe'],
};

/** Whether a caller may do anything of a Thing, and so may know of it. */
export function mayAnything(
  access: AccessPolicy,
  principal: Principal,
  { name, affordances }: Pick<HostedThing, 'name' | 'affordances'>,
): boolean {
  return Object.entries(rights).some(([kind, each]) =>
    Object.keys(affordances[kind as keyof typeof rights] ?? {}).some((affordance) =>
      each.some((right) => access.allows(principal, right, name, affordance)),
    ),
  );
}
