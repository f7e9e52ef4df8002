import type { PropertyAffordance } from '../../../../contracts/td.ts';
import { stringList } from '../../../../td/json-object.ts';
import { wordsOf } from '../../values/words-of.ts';

type Properties = Readonly<Record<string, PropertyAffordance>>;
export const groupNames = ['state', 'settings', 'diagnostics'] as const;
export type GroupName = (typeof groupNames)[number];

/** The names of the properties of a Thing as its page shows them. */
export interface PropertyGroups {
  /** What the Thing is there for: its controls, else its key reading. */
  readonly primary: readonly string[];
  /** All others; only groups that have some. */
  readonly groups: readonly { readonly group: GroupName; readonly names: readonly string[] }[];
}

const mostPrimary = 4;
const settingWords = new Set(
  'max maximum min minimum limit threshold interval timeout period delay offset calibration config configuration setting settings hysteresis deadband'.split(
    ' ',
  ),
);
const diagnosticWords = new Set(
  'battery rssi snr lqi signal uptime firmware hardware version serial memory heap cpu load error errors fault faults diagnostic diagnostics debug restarts reboots'.split(
    ' ',
  ),
);

/** What stands first and what belongs together, by semantic types, then by schema, then by name; `key` is the property that tells most. */
export function propertyGroups(properties: Properties, key?: string): PropertyGroups {
  const typed = Object.values(properties).some(isActuatable);
  const groupOf = (name: string, property: PropertyAffordance): GroupName => {
    if (isWritable(property))
      return isSetting(name) || (typed && !isActuatable(property)) ? 'settings' : 'state';
    return wordsOf(name).some((word) => diagnosticWords.has(word)) ? 'diagnostics' : 'state';
  };
  const entries = Object.entries(properties);
  const primary = primaryOf(entries, key, (name, property) => groupOf(name, property) === 'state');
  const rest = entries.filter(([name]) => !primary.includes(name));
  const groups = groupNames.map((group) => ({
    group,
    names: rest.filter(([name, property]) => groupOf(name, property) === group).map(([name]) => name),
  }));
  return { primary, groups: groups.filter(({ names }) => names.length > 0) };
}

/** Whether the page may offer to write a property. */
export function isWritable({ readOnly, const: fixed }: PropertyAffordance): boolean {
  return readOnly !== true && fixed === undefined;
}

/** Whether a trend can be drawn of it. */
export function isNumeric({ type }: PropertyAffordance): boolean {
  return type === 'number' || type === 'integer';
}

function primaryOf(
  entries: readonly (readonly [string, PropertyAffordance])[],
  key: string | undefined,
  isState: (name: string, property: PropertyAffordance) => boolean,
): readonly string[] {
  const controls = entries.filter(
    ([name, property]) => isWritable(property) && isSimple(property) && isState(name, property),
  );
  if (controls.length > 0) return controls.slice(0, mostPrimary).map(([name]) => name);
  const readable = entries.filter(([, { writeOnly }]) => writeOnly !== true);
  const reading =
    readable.find(([name]) => name === key) ??
    readable.find(([, property]) => isNumeric(property) && isSensed(property)) ??
    readable.find(([, property]) => isSimple(property));
  return reading ? [reading[0]] : [];
}

/** One whose control fits in a card. */
function isSimple(property: PropertyAffordance): boolean {
  return isNumeric(property) || property.type === 'boolean' || property.enum !== undefined;
}

function isActuatable(property: PropertyAffordance): boolean {
  return hasType(property, 'actuatableproperty');
}

function isSensed(property: PropertyAffordance): boolean {
  return hasType(property, 'observableproperty');
}

function hasType(property: PropertyAffordance, type: string): boolean {
  return stringList(property['@type']).some((each) => each.toLowerCase().endsWith(type));
}

/** Limits and times are set once, not operated. */
function isSetting(name: string): boolean {
  return wordsOf(name).some((word) => settingWords.has(word));
}
