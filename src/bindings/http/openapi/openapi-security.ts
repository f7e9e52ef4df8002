import type { SecurityScheme, ThingDescription } from '../../../contracts/td.ts';
import { type JsonObject, ownMember, stringList } from '../../../td/json-object.ts';

type Definitions = ThingDescription['securityDefinitions'];
/** The schemes that are needed together, each with its scopes. */
type Requirement = Readonly<Record<string, readonly string[]>>;

const mostAlternatives = 20;

/** The security schemes of a TD that OpenAPI can name. */
export function securitySchemes(definitions: Definitions): JsonObject {
  const named = Object.entries(definitions).flatMap(([name, definition]) => {
    const scheme = schemeOf(definition);
    return scheme ? [[name, scheme] as const] : [];
  });
  return Object.fromEntries(named);
}

/** What a caller must show: one of the requirements; none where that is nothing. `security` is a Thing's or a form's. */
export function requirements(security: unknown, definitions: Definitions, depth = 0): readonly Requirement[] {
  const each = stringList(security).map((name) => alternatives(name, definitions, depth));
  return each.reduce<readonly Requirement[]>(
    (all, one) =>
      all.flatMap((left) => one.map((right) => ({ ...left, ...right }))).slice(0, mostAlternatives),
    [{}],
  );
}

function alternatives(name: string, definitions: Definitions, depth: number): readonly Requirement[] {
  const definition = ownMember(definitions, name);
  // Combos of combos end somewhere (TD 1.1 section 5.3.3.4), in a TD that nobody checked by this bound.
  if (definition === undefined || depth > 4) return [{}];
  if (definition.scheme !== 'combo') {
    const scopes = definition.scheme === 'oauth2' ? stringList(definition['scopes']) : [];
    return schemeOf(definition) ? [{ [name]: scopes }] : [{}];
  }
  const { oneOf, allOf } = definition;
  if (allOf !== undefined) return requirements(allOf, definitions, depth + 1);
  return stringList(oneOf).flatMap((member) => alternatives(member, definitions, depth + 1));
}

function schemeOf(definition: SecurityScheme): JsonObject | undefined {
  const { scheme, description, in: place = 'header', name } = definition;
  const told = description === undefined ? {} : { description };
  if (scheme === 'basic' || scheme === 'digest') return { type: 'http', scheme, ...told };
  if (scheme === 'bearer')
    return { type: 'http', scheme, bearerFormat: definition['format'] ?? 'jwt', ...told };
  if (scheme === 'apikey' && ['header', 'query', 'cookie'].includes(String(place))) {
    return { type: 'apiKey', in: place, name: name ?? 'Authorization', ...told };
  }
  const flows = scheme === 'oauth2' ? flowOf(definition) : undefined;
  return flows && { type: 'oauth2', flows, ...told };
}

function flowOf({ flow, authorization, token, refresh, scopes }: SecurityScheme): JsonObject | undefined {
  const common = {
    ...(refresh === undefined ? {} : { refreshUrl: refresh }),
    scopes: Object.fromEntries(stringList(scopes).map((scope) => [scope, ''])),
  };
  if (flow === 'client' && token !== undefined) return { clientCredentials: { tokenUrl: token, ...common } };
  if (flow !== 'code' || authorization === undefined || token === undefined) return undefined;
  return { authorizationCode: { authorizationUrl: authorization, tokenUrl: token, ...common } };
}
