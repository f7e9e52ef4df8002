import { readFileSync } from 'node:fs';
import { anonymous, mqttBroker, type Right } from '../contracts/access.ts';
import { type Fault, WotError } from '../contracts/errors.ts';
import { inWords } from '../td/data-check.ts';
import { documentFaults } from '../td/document-check.ts';
import { jsonPointer } from '../td/json-pointer.ts';
import { isTopicFilter } from '../td/topic-filter.ts';

/** Access rules as they are written; td-schemas/access.schema.json says what each member means. */
export interface AccessDocument {
  readonly users?: Readonly<Record<string, { readonly roles?: readonly string[] }>>;
  readonly grants?: readonly AccessGrant[];
  readonly topics?: readonly TopicGrant[];
}

export interface AccessGrant {
  readonly to: readonly string[];
  readonly rights: readonly Right[];
  readonly things?: readonly string[];
  readonly affordances?: readonly string[];
}

export interface TopicGrant {
  readonly to: readonly string[];
  readonly publish?: readonly string[];
  readonly receive?: readonly string[];
}

/** Who is there without being a user. */
const builtIn: readonly string[] = [anonymous.name, mqttBroker.name];

/** Gives access rules back that are valid; WotError `invalid` ACCESS_INVALID tells each fault, with `name` in front. */
export function checkAccessDocument(document: unknown, name: string): AccessDocument {
  const misfits = documentFaults('access.schema.json', document);
  const errors = misfits.length > 0 ? misfits : referenceFaults(document as AccessDocument);
  if (errors.length === 0) return document as AccessDocument;
  throw new WotError('invalid', 'ACCESS_INVALID', `${name}: ${inWords(errors)}.`, { errors });
}

/** Reads a JSON file; WotError `invalid` ACCESS_UNREADABLE. */
export function readAccessDocument(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const message = `The access file ${file} cannot be read: ${(cause as Error).message}`;
    throw new WotError('invalid', 'ACCESS_UNREADABLE', `${message.replace(/\.$/, '')}.`, { cause });
  }
}

/** A misspelt name would else silently have no rights. */
function referenceFaults({ users = {}, grants = [], topics = [] }: AccessDocument): readonly Fault[] {
  const known = new Set([...builtIn, ...Object.keys(users)]);
  const named = (pointer: string, to: readonly string[]) =>
    to.flatMap((subject, index) =>
      known.has(subject) || subject.includes(':')
        ? []
        : [{ pointer: jsonPointer(pointer, 'to', index), detail: `is no user: add ${subject} to users` }],
    );
  return [
    ...grants.flatMap(({ to }, index) => named(`/grants/${index}`, to)),
    ...topics.flatMap((grant, index) => [
      ...named(`/topics/${index}`, grant.to),
      ...(['publish', 'receive'] as const).flatMap((act) =>
        filterFaults(`/topics/${index}/${act}`, grant[act] ?? []),
      ),
    ]),
  ];
}

function filterFaults(pointer: string, filters: readonly string[]): readonly Fault[] {
  return filters.flatMap((filter, index) =>
    isTopicFilter(filter)
      ? []
      : [{ pointer: jsonPointer(pointer, index), detail: 'is no MQTT topic filter such as zigbee2mqtt/#' }],
  );
}
