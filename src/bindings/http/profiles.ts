import type { HostedThing } from '../../contracts/interaction.ts';
import type { PartialForm, PartialTd, SecurityScheme } from '../../contracts/td.ts';
import { declaredContent } from '../../td/declared-content.ts';
import { ownMember, stringList } from '../../td/json-object.ts';
import { profileUris } from '../../td/profile-uris.ts';

/** The Profiles that a Thing conforms to over HTTP: both need JSON alone and their security schemes; SSE is claimed where there is something to observe. */
export function profilesOf({ affordances: td }: HostedThing): readonly string[] {
  if (!hasProfileSecurity(td)) return [];
  const properties = Object.values(td.properties ?? {});
  const events = Object.values(td.events ?? {});
  const observable = properties.filter((property) => property.observable === true);
  const basic = [...properties, ...Object.values(td.actions ?? {})].every(isJson);
  const sse = observable.length + events.length > 0 && [...observable, ...events].every(isJson);
  return [...(basic ? [profileUris.httpBasic] : []), ...(sse ? [profileUris.httpSse] : [])];
}

function isJson(affordance: { readonly forms?: readonly PartialForm[] }): boolean {
  return Object.keys(declaredContent(affordance)).length === 0;
}

/** Profile common-constraints-security-1 and -4: one scheme, or several of which one is enough. */
function hasProfileSecurity({ security, securityDefinitions }: PartialTd): boolean {
  if (securityDefinitions === undefined) return true;
  const names = stringList(security ?? Object.keys(securityDefinitions)[0]);
  const [scheme] = names.map((name) => ownMember(securityDefinitions, name));
  if (names.length !== 1 || scheme === undefined) return false;
  if (scheme.scheme !== 'combo') return isProfileScheme(scheme);
  const alternatives = stringList(scheme['oneOf']).map((name) => ownMember(securityDefinitions, name));
  return alternatives.length > 0 && alternatives.every((each) => each !== undefined && isProfileScheme(each));
}

function isProfileScheme({ scheme, flow, in: place = 'header', name, proxy }: SecurityScheme): boolean {
  if (scheme === 'basic') {
    // Profile common-constraints-security-basic-in, -name, -proxy
    return place === 'header' && name === (proxy === undefined ? 'Authorization' : 'Proxy-Authorization');
  }
  return scheme === 'nosec' || (scheme === 'oauth2' && (flow === 'code' || flow === 'client'));
}
