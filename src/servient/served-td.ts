import type { ThingForms } from '../contracts/binding.ts';
import { WotError } from '../contracts/errors.ts';
import type { ServedTd } from '../contracts/interaction.ts';
import type { Form, Link, PartialTd, ThingDescription } from '../contracts/td.ts';
import { entityTag } from '../interaction/entity-tag.ts';
import { mapMembers, ownMember, stringList } from '../td/json-object.ts';
import { inLanguage, languagesOf } from '../td/language.ts';
import { sameJson } from '../td/same-json.ts';
import { context11 } from '../td/validation/context-check.ts';

/** What the servient adds to a definition's TD. */
export interface ServedParts {
  readonly id: string;
  /** One per binding, in order of preference. */
  readonly forms: readonly ThingForms[];
  readonly links?: readonly Link[];
}

/** The TD as peers get it: the author's affordances with the forms of every binding. */
export function servedTd(definition: PartialTd, { id, forms, links = [] }: ServedParts): ServedTd {
  const { '@context': context, forms: _, properties: _p, actions: _a, events: _e, ...author } = definition;
  const thingForms = forms.flatMap(({ forms: own }) => own);
  const added = Object.assign({}, ...forms.map((own) => own.uriVariables));
  const uriVariables = { ...definition.uriVariables, ...added };
  refuseTakenVariables(definition, added);
  const profiles = [...new Set([definition, ...forms].flatMap(({ profile }) => stringList(profile)))];
  const allLinks = [...(definition.links ?? []), ...links];
  const td: ThingDescription = {
    '@context': withPrefixes(context, Object.assign({}, ...forms.map(({ context: own }) => own))),
    ...author,
    id,
    // Profile profiling-mechanism-3
    ...(profiles.length > 0 ? { profile: profiles.length === 1 ? String(profiles[0]) : profiles } : {}),
    securityDefinitions: definition.securityDefinitions ?? { nosec_sc: { scheme: 'nosec' } },
    security:
      definition.security ?? Object.keys(definition.securityDefinitions ?? { nosec_sc: {} })[0] ?? 'nosec_sc',
    ...(Object.keys(uriVariables).length > 0 ? { uriVariables } : {}),
    ...withForms(definition, forms),
    ...(thingForms.length > 0 ? { forms: thingForms } : {}),
    ...(allLinks.length > 0 ? { links: allLinks } : {}),
  };
  return toServe(td);
}

/** A TD and its translations, each made when it is first asked for. */
export function inLanguages(served: ServedTd): (language?: string) => ServedTd {
  if (served.languages.length === 0) return () => served;
  const translations = new Map<string, ServedTd>();
  return (language) => {
    if (language === undefined || !served.languages.includes(language)) return served;
    const translation = translations.get(language) ?? toServe(inLanguage(served.td, language));
    translations.set(language, translation);
    return translation;
  };
}

function toServe(td: ThingDescription): ServedTd {
  return new StoredTd(Buffer.from(JSON.stringify(td)), languagesOf(td));
}

/** A TD that is kept once, as bytes: most are only ever sent. */
class StoredTd implements ServedTd {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly languages: readonly string[];

  constructor(bytes: Buffer, languages: readonly string[]) {
    this.bytes = bytes;
    this.etag = entityTag(bytes);
    this.languages = languages;
  }

  get td(): ThingDescription {
    return JSON.parse(this.bytes.toString()) as ThingDescription;
  }
}

/** A binding's own uriVariable is no other one; that of a TD which was served here before is the same. */
function refuseTakenVariables(
  { title, uriVariables }: PartialTd,
  added: NonNullable<PartialTd['uriVariables']>,
) {
  for (const [name, own] of Object.entries(added)) {
    const given = ownMember(uriVariables, name);
    if (given === undefined || sameJson(given, own)) continue;
    const message = `The uriVariable ${JSON.stringify(name)} of ${JSON.stringify(title)} is taken for the names of properties to read; give it another name, or declare it in the affordances that need it.`;
    throw new WotError('invalid', 'URI_VARIABLE_TAKEN', message);
  }
}

/** Security schemes that no binding enforces yet must not be declared: a TD states what holds (TD 1.1 td-security-binding). */
export function refuseUnenforcedSecurity({ title, securityDefinitions = {}, security }: PartialTd): void {
  // Others than those of the Thing belong to forms that lead elsewhere.
  const holding = security === undefined ? Object.keys(securityDefinitions) : stringList(security);
  const scheme = holding
    .map((name) => ownMember(securityDefinitions, name)?.scheme)
    .find((each) => each !== undefined && each !== 'nosec');
  if (scheme === undefined) return;
  const message = `Thing ${JSON.stringify(title)} declares the security scheme ${JSON.stringify(scheme)}, which this version cannot enforce; remove it from the TD and keep the servient on loopback.`;
  throw new WotError('not-implemented', 'SECURITY_NOT_ENFORCED', message);
}

function withForms(definition: PartialTd, forms: readonly ThingForms[]): Partial<ThingDescription> {
  const { properties, actions, events } = definition;
  const of = (kind: 'properties' | 'actions' | 'events', name: string): readonly Form[] =>
    forms.flatMap((own) => ownMember(own[kind], name) ?? []);
  return {
    ...(properties && {
      properties: mapMembers(properties, (name, property) => ({
        ...property,
        forms: of('properties', name),
      })),
    }),
    ...(actions && {
      // Profile invokeaction-24: `synchronous` is always told.
      actions: mapMembers(actions, (name, action) => ({
        ...action,
        synchronous: action.synchronous ?? true,
        forms: of('actions', name),
      })),
    }),
    ...(events && { events: mapMembers(events, (name, event) => ({ ...event, forms: of('events', name) })) }),
  };
}

/** The TD 1.1 context first, the author's others after it, one map with the prefixes that forms use. */
function withPrefixes(context: unknown, prefixes: Readonly<Record<string, string>>): unknown {
  const given = context === undefined ? [] : Array.isArray(context) ? context : [context];
  const others = given.filter((entry) => entry !== context11);
  const added = Object.keys(prefixes).length > 0 ? [prefixes] : [];
  const all = [context11, ...others, ...added];
  return all.length === 1 ? context11 : all;
}
