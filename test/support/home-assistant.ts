import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

interface Classes {
  readonly [deviceClass: string]: {
    readonly units: readonly (string | null)[];
    readonly state_classes: readonly string[];
  };
}

/** What Home Assistant reads in a discovery message. */
export interface Discovered {
  readonly dev: {
    readonly identifiers: readonly string[];
    readonly name: string;
    readonly [option: string]: unknown;
  };
  readonly cmps: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [option: string]: unknown;
}

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/home-assistant/${name}`, import.meta.url), 'utf8'));
const { classes } = fixture('device-classes.json') as { readonly classes: Classes };
const fits = new Ajv({ allErrors: true, strict: false }).compile(fixture('discovery.schema.json') as object);

/** Why Home Assistant would refuse a device discovery message or one of its components, or show a warning; by its documentation. */
export function discoveryFaults(message: unknown): readonly string[] {
  if (!fits(message))
    return (fits.errors ?? []).map(({ instancePath, message: what }) => `${instancePath} ${what}`);
  const components = Object.entries((message as Discovered).cmps);
  const ids = components.flatMap(([, { p, unique_id: id }]) => (id === undefined ? [] : `${p} ${id}`));
  return [
    ...(new Set(ids).size === ids.length ? [] : ['two entities of a platform have one unique_id']),
    ...components.flatMap(([key, component]) => {
      return [...measureFaults(component), ...rangeFaults(component)].map((fault) => `${key}: ${fault}`);
    }),
  ];
}

/** The rules of the platforms `sensor` and `number`. */
function measureFaults({ p, ...options }: Readonly<Record<string, unknown>>): readonly string[] {
  const {
    device_class: name,
    unit_of_measurement: unit = null,
    state_class: state,
    options: listed,
  } = options;
  if (p !== 'sensor' && p !== 'number') return [];
  if ((name === 'enum') !== (listed !== undefined)) return ['"options" and the class "enum" need each other'];
  if (['enum', 'timestamp', 'date'].includes(String(name))) {
    return unit === null && state === undefined ? [] : [`the class ${name} has neither unit nor state class`];
  }
  if (name === undefined) return [];
  const known = classes[String(name)];
  if (!known) return [`the class ${name} is not known`];
  return [
    ...(known.units.includes(unit as string | null) ? [] : [`the class ${name} has no unit ${unit}`]),
    ...(p === 'number' || known.state_classes.includes(String(state))
      ? []
      : [`the class ${name} has no state class ${state}`]),
  ];
}

/** The rules of `number` and `text`. */
function rangeFaults({ p, min, max }: Readonly<Record<string, unknown>>): readonly string[] {
  if (p === 'number' && (min === undefined || max === undefined)) return ['its range would be 0 to 100'];
  return (p === 'number' || p === 'text') && Number(min ?? 0) >= Number(max ?? 255)
    ? ['its range is empty']
    : [];
}
