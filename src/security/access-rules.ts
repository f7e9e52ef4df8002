import type { AccessPolicy, Principal, Right } from '../contracts/access.ts';
import { ownMember } from '../td/json-object.ts';
import { matchesFilter } from '../td/topic-filter.ts';
import {
  type AccessDocument,
  type AccessGrant,
  checkAccessDocument,
  readAccessDocument,
} from './access-document.ts';

/** What a document of access rules says. */
export interface AccessRules {
  readonly policy: AccessPolicy;
  /** All that it names, with their roles. */
  readonly principals: readonly Principal[];
  /** The filters of topics of nobody's Thing that a caller may publish to and receive from. */
  topicsOf(principal: Principal): TopicFilters;
}

export interface TopicFilters {
  readonly publish: readonly string[];
  readonly receive: readonly string[];
}

/** Access rules from a JSON file; WotError `invalid` ACCESS_UNREADABLE or ACCESS_INVALID. */
export function readAccessFile(file: string): AccessRules {
  return accessRules(readAccessDocument(file), file);
}

/** Access rules from a document (td-schemas/access.schema.json), which messages call `name`; WotError `invalid` ACCESS_INVALID. */
export function accessRules(document: unknown, name = 'The access rules'): AccessRules {
  const rules = new Rules(checkAccessDocument(document, name));
  return { policy: rules, principals: rules.principals(), topicsOf: (principal) => rules.held(principal) };
}

/** What was decided is kept for so many pairs of Thing and affordance. */
const mostDecided = 100_000;

/** Denies what no grant allows. */
class Rules implements AccessPolicy {
  readonly #document: AccessDocument;
  readonly #byPrincipal = new WeakMap<Principal, Held>();
  /** Callers with the same grants share what was decided. */
  readonly #byGrants = new Map<string, Held>();

  constructor(document: AccessDocument) {
    this.#document = document;
  }

  allows(principal: Principal, right: Right, thing: string, affordance: string): boolean {
    return this.held(principal).rights(thing, affordance).has(right);
  }

  allowsTopic(principal: Principal, act: 'publish' | 'receive', topic: string): boolean {
    return this.held(principal)[act].some((filter) => matchesFilter(filter, topic));
  }

  principals(): readonly Principal[] {
    const { users = {}, grants = [], topics = [] } = this.#document;
    const named = [...grants, ...topics].flatMap(({ to }) => to).filter((name) => !name.startsWith('role:'));
    const names = [...new Set([...Object.keys(users), ...named])].sort();
    return names.map((name) => ({ name, roles: this.#roles(name) }));
  }

  held(principal: Principal): Held {
    const known = this.#byPrincipal.get(principal);
    if (known) return known;
    const held = this.#find(principal);
    this.#byPrincipal.set(principal, held);
    return held;
  }

  #find({ name, roles }: Principal): Held {
    const subjects = new Set([name, ...[...roles, ...this.#roles(name)].map((role) => `role:${role}`)]);
    const isMeant = ({ to }: { readonly to: readonly string[] }) => to.some((each) => subjects.has(each));
    const { grants = [], topics = [] } = this.#document;
    const key = [...grants, ...topics].map((grant) => (isMeant(grant) ? '+' : '-')).join('');
    const held = this.#byGrants.get(key) ?? new Held(grants.filter(isMeant), topics.filter(isMeant));
    this.#byGrants.set(key, held);
    return held;
  }

  #roles(name: string): readonly string[] {
    return ownMember(this.#document.users, name)?.roles ?? [];
  }
}

/** What all grants to a caller allow together. */
class Held implements TopicFilters {
  readonly publish: readonly string[];
  readonly receive: readonly string[];
  readonly #grants: readonly CompiledGrant[];
  readonly #decided = new Map<string, Map<string, ReadonlySet<Right>>>();
  #pairs = 0;

  constructor(grants: readonly AccessGrant[], topics: readonly Partial<TopicFilters>[]) {
    this.#grants = grants.map(compiled);
    this.publish = topics.flatMap(({ publish = [] }) => publish);
    this.receive = topics.flatMap(({ receive = [] }) => receive);
  }

  rights(thing: string, affordance: string): ReadonlySet<Right> {
    return this.#decided.get(thing)?.get(affordance) ?? this.#decide(thing, affordance);
  }

  #decide(thing: string, affordance: string): ReadonlySet<Right> {
    const meant = this.#grants.filter((grant) => grant.isThing(thing) && grant.isAffordance(affordance));
    const rights = new Set(meant.flatMap((grant) => grant.rights));
    // Names may come from the network.
    if (this.#pairs++ === mostDecided) {
      this.#decided.clear();
      this.#pairs = 1;
    }
    const ofThing = this.#decided.get(thing) ?? new Map<string, ReadonlySet<Right>>();
    this.#decided.set(thing, ofThing.set(affordance, rights));
    return rights;
  }
}

interface CompiledGrant extends Pick<AccessGrant, 'rights'> {
  isThing(name: string): boolean;
  isAffordance(name: string): boolean;
}

function compiled({ rights, things = ['*'], affordances = ['*'] }: AccessGrant): CompiledGrant {
  return { rights, isThing: oneOf(things), isAffordance: oneOf(affordances) };
}

function oneOf(patterns: readonly string[]): (name: string) => boolean {
  const globs = patterns.map(glob);
  return (name) => globs.some((isMeant) => isMeant(name));
}

/** Linear in the name, whatever the pattern. */
function glob(pattern: string): (name: string) => boolean {
  const [first = '', ...middle] = pattern.split('*');
  const last = middle.pop();
  if (last === undefined) return (name) => name === pattern;
  return (name) => {
    let end = first.length;
    for (const part of middle) {
      const at = name.indexOf(part, end);
      if (at < 0) return false;
      end = at + part.length;
    }
    return name.startsWith(first) && name.endsWith(last) && end <= name.length - last.length;
  };
}
