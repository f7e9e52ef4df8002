import { createHash } from 'node:crypto';
import type { ThingForms } from '../contracts/binding.ts';
import { WotError } from '../contracts/errors.ts';
import type { ServedTd } from '../contracts/interaction.ts';
import type { Form, Link, PartialTd, ThingDescription } from '../contracts/td.ts';
import { mapMembers, ownMember } from '../td/json-object.ts';
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
  const { '@context': context, forms: _, ...author } = definition;
  const thingForms = forms.flatMap(({ forms: own }) => own);
  const uriVariables = Object.assign({}, definition.uriVariables, ...forms.map((own) => own.uriVariables));
  const allLinks = [...(definition.links ?? []), ...links];
  const td: ThingDescription = {
    '@context': withPrefixes(context, Object.assign({}, ...forms.map(({ context: own }) => own))),
    ...author,
    id,
    securityDefinitions: definition.securityDefinitions ?? { nosec_sc: { scheme: 'nosec' } },
    security:
      definition.security ?? Object.keys(definition.securityDefinitions ?? { nosec_sc: {} })[0] ?? 'nosec_sc',
    ...(Object.keys(uriVariables).length > 0 ? { uriVariables } : {}),
    ...withForms(definition, forms),
    ...(thingForms.length > 0 ? { forms: thingForms } : {}),
    ...(allLinks.length > 0 ? { links: allLinks } : {}),
  };
  const bytes = Buffer.from(JSON.stringify(td));
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { td, bytes, etag, languages: [] };
}

/** Security schemes that no binding enforces yet must not be declared: a TD states what holds (TD 1.1 td-security-binding). */
export function refuseUnenforcedSecurity({ title, securityDefinitions = {} }: PartialTd): void {
  const scheme = Object.values(securityDefinitions).find((definition) => definition.scheme !== 'nosec');
  if (!scheme) return;
  const message = `Thing ${JSON.stringify(title)} declares the security scheme ${JSON.stringify(scheme.scheme)}, which this version cannot enforce; remove it from the TD and keep the servient on loopback.`;
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
