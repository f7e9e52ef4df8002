/** Unit symbols of Zigbee2MQTT as terms of QUDT; others stay as they are. */
const units: ReadonlyMap<string, string> = new Map([
  ['%', 'PERCENT'],
  ['°C', 'DEG_C'],
  ['°F', 'DEG_F'],
  ['K', 'K'],
  ['°', 'DEG'],
  ['hPa', 'HectoPA'],
  ['kPa', 'KiloPA'],
  ['Pa', 'PA'],
  ['lx', 'LUX'],
  ['ppm', 'PPM'],
  ['ppb', 'PPB'],
  ['µg/m³', 'MicroGM-PER-M3'],
  ['mg/m³', 'MilliGM-PER-M3'],
  ['V', 'V'],
  ['mV', 'MilliV'],
  ['A', 'A'],
  ['mA', 'MilliA'],
  ['W', 'W'],
  ['kW', 'KiloW'],
  ['VA', 'V-A'],
  ['VAR', 'V-A_Reactive'],
  ['Wh', 'W-HR'],
  ['kWh', 'KiloW-HR'],
  ['Hz', 'HZ'],
  ['ms', 'MilliSEC'],
  ['s', 'SEC'],
  ['sec', 'SEC'],
  ['min', 'MIN'],
  ['minutes', 'MIN'],
  ['h', 'HR'],
  ['hours', 'HR'],
  ['m', 'M'],
  ['cm', 'CentiM'],
  ['mm', 'MilliM'],
  ['m³', 'M3'],
  ['m³/h', 'M3-PER-HR'],
  ['L', 'L'],
  ['g', 'GM'],
  ['kg', 'KiloGM'],
  ['dB', 'DeciB'],
  ['dBm', 'DeciB_M'],
]);

/** The `unit` of a TD for a symbol. */
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
