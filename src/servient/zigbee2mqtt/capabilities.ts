import { isUnusable } from '../../td/check-definition.ts';
import type { Feature } from './exposes.ts';
import type { Words } from './value-type.ts';

/** Something to send that no state shows afterwards. */
export interface Command {
  readonly feature: Feature;
  /** Where it is always the same, else it comes as input. */
  readonly sent?: unknown;
  readonly words: Words;
}

/** What becomes of the features of a device in its TD, by affordance name. */
export interface Capabilities {
  readonly properties: ReadonlyMap<string, Feature>;
  readonly actions: ReadonlyMap<string, Command>;
  readonly events: ReadonlyMap<string, Feature>;
}

/** Published ones are properties, `action` (buttons, remotes) is an event, what can only be set is an action. */
export function capabilitiesOf(features: readonly Feature[]): Capabilities {
  const published = features.filter(({ isPublished }) => isPublished);
  const commands = features.flatMap(commandsOf).filter(([name]) => !isUnusable(name));
  const sent = features
    .filter(({ isPublished, isSettable }) => isSettable && !isPublished)
    .map((feature) => [feature.property, commandOf(feature)] as const);
  const byName = (list: readonly Feature[]) => new Map(list.map((feature) => [feature.property, feature]));
  return {
    properties: byName(published.filter((feature) => !isMomentary(feature))),
    actions: new Map([...commands, ...sent]),
    events: byName(published.filter(isMomentary)),
  };
}

/** Whether it is told at the moment it happens and has no value afterwards. */
function isMomentary({ name, isSettable }: Feature): boolean {
  return name === 'action' && !isSettable;
}

/** Whether a property is written, rather than told by actions what to do: a cover takes its time to open, and STOP is no state. */
export function isWritable({ name, part, isSettable, value }: Feature): boolean {
  return isSettable && !(part === 'cover' && name === 'state' && value.schema.enum !== undefined);
}

function commandOf(feature: Feature): Command {
  const { words, value } = feature;
  const { enum: values } = value.schema;
  return { feature, words, ...(values?.length === 1 && { sent: values[0] }) };
}

/** `toggle` of what is binary, and `open`, `close` and `stop` of a cover. */
function commandsOf(feature: Feature): readonly (readonly [string, Command])[] {
  const { property, isPublished, isSettable, toggle, words, value } = feature;
  if (!isPublished || !isSettable) return [];
  const sends = (word: string, sent: unknown) =>
    [`${word}${suffix(property)}`, { feature, sent, words: { title: `${words.title}: ${word}` } }] as const;
  if (isWritable(feature)) return toggle === undefined ? [] : [sends('toggle', toggle)];
  return (value.schema.enum ?? []).map((sent) => sends(String(sent).toLowerCase(), sent));
}

/** `toggle` for `state`, `toggle_left` for `state_left`, `toggle_led` for `led`. */
function suffix(property: string): string {
  if (property === 'state') return '';
  return property.startsWith('state_') ? property.slice('state'.length) : `_${property}`;
}
