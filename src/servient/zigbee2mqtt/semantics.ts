import { unitSymbol } from '../../td/unit-symbol.ts';

/** Units of QUDT that devices tell in. */
const qudt =
  'PERCENT DEG_C DEG_F K DEG HectoPA KiloPA PA LUX PPM PPB MicroGM-PER-M3 MilliGM-PER-M3 V MilliV A MilliA W KiloW ' +
  'W-HR KiloW-HR HZ MilliSEC SEC MIN HR M CentiM MilliM M3 M3-PER-HR L GM KiloGM DeciB DeciB_M';

/** By Zigbee2MQTT's symbols. */
const units: ReadonlyMap<string, string> = new Map([
  ...qudt.split(' ').map((term) => [unitSymbol(`unit:${term}`), term] as const),
  ['VA', 'V-A'],
  ['VAR', 'V-A_Reactive'],
  ['sec', 'SEC'],
  ['minutes', 'MIN'],
  ['hours', 'HR'],
]);

/** The `unit` of a TD for a symbol; others than those stay as they are. */
export function unitTerm(symbol: string): string {
  // Micro is written with two characters that look alike.
  const term = units.get(symbol.replace('μ', 'µ'));
  return term === undefined ? symbol : `unit:${term}`;
}

const measured: ReadonlyMap<string, string> = new Map([
  ['temperature', 'saref:Temperature'],
  ['local_temperature', 'saref:Temperature'],
  ['device_temperature', 'saref:Temperature'],
  ['soil_temperature', 'saref:Temperature'],
  ['humidity', 'saref:Humidity'],
  ['soil_moisture', 'saref:Humidity'],
  ['pressure', 'saref:Pressure'],
  ['illuminance', 'saref:Light'],
  ['illuminance_lux', 'saref:Light'],
  ['power', 'saref:Power'],
  ['energy', 'saref:Energy'],
  ['occupancy', 'saref:Occupancy'],
  ['presence', 'saref:Occupancy'],
  ['smoke', 'saref:Smoke'],
]);

/** The `@type` of a property for the name that says what its value is. */
export function propertyTypes(name: string, isSettable: boolean): readonly string[] {
  const role = isSettable ? 'sosa:ActuatableProperty' : 'sosa:ObservableProperty';
  const quantity = measured.get(name);
  return quantity === undefined ? [role] : [role, quantity];
}

const kinds: ReadonlyMap<string, string> = new Map([
  ['light', 'saref:LightingDevice'],
  ['switch', 'saref:Switch'],
  ['climate', 'saref:HVAC'],
  ['temperature', 'saref:TemperatureSensor'],
  ['smoke', 'saref:SmokeSensor'],
  ['energy', 'saref:Meter'],
]);

/** The `@type` of a Thing for the specific exposes it has (`light`, `climate`) and the names of its values. */
export function thingTypes(words: Iterable<string>): readonly string[] {
  return [...new Set([...words].flatMap((word) => kinds.get(word) ?? []))];
}
