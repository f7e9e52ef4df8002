import { essence, payloadKind } from '../contracts/media-type.ts';
import type { Form, ThingDescription } from '../contracts/td.ts';
import { defaultContentType } from './defaults.ts';
import { stringList } from './json-object.ts';
import { profileUris } from './profile-uris.ts';
import { schemeOf } from './protocol.ts';

/** The forms of an op in the order in which they are tried: what carries values before bytes of some type, else as the TD has them. */
export function inFormOrder(td: ThingDescription, forms: readonly Form[]): readonly Form[] {
  const ordered = sorted(
    forms,
    ({ contentType }) => contentType !== undefined && payloadKind(contentType) === 'bytes',
  );
  return stringList(td.profile).includes(profileUris.httpBasic) ? jsonFirst(ordered) : ordered;
}

/** Profile http-basic readproperty-1 and its like: of two forms on HTTP, or on HTTPS, the one in JSON; other schemes keep their places. */
function jsonFirst(forms: readonly Form[]): readonly Form[] {
  const schemes = Map.groupBy(forms, schemeOf);
  const queues = new Map(
    [...schemes].map(([scheme, alike]) => [
      scheme,
      /^https?$/.test(scheme) ? sorted(alike, (form) => !isJson(form)) : alike,
    ]),
  );
  return forms.map((form) => queues.get(schemeOf(form))?.shift() ?? form);
}

function sorted(forms: readonly Form[], isLater: (form: Form) => boolean): Form[] {
  return [...forms].sort((a, b) => Number(isLater(a)) - Number(isLater(b)));
}

/** Streams have a type of their own. */
function isJson({ subprotocol, contentType = '' }: Form): boolean {
  return subprotocol !== undefined || essence(contentType) === defaultContentType;
}
