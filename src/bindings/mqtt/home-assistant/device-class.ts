import type { DataSchema } from '../../../contracts/td.ts';
import { stringList, textOf } from '../../../td/json-object.ts';
import { unitSymbol } from '../../../td/unit-symbol.ts';

/**
 * Device classes of Home Assistant 2024.11 and later with those of their units that TDs use, and words without which the
 * unit does not tell; the first that fits holds. A class with another unit would have the whole entity refused.
 */
const measured: readonly (readonly [deviceClass: string, units: string, words?: RegExp])[] = [
  ['temperature', '°C °F K'],
  ['moisture', '%', /\b(moisture|soil)\b/],
  ['battery', '%', /\b(battery|state of charge)\b/],
  ['humidity', '%', /humidity/],
  ['power_factor', '%', /\bpower factor\b/],
  ['carbon_dioxide', 'ppm', /\b(co2|carbon dioxide)\b/],
  ['carbon_monoxide', 'ppm', /\b(co|carbon monoxide)\b/],
  ['volatile_organic_compounds_parts', 'ppm ppb', /\bt?voc\b/],
  ['volatile_organic_compounds', 'µg/m³', /\bt?voc\b/],
  ['pm25', 'µg/m³', /\bpm ?2[._ ]?5\b/],
  ['pm10', 'µg/m³', /\bpm ?10\b/],
  ['illuminance', 'lx'],
  ['irradiance', 'W/m²'],
  ['energy', 'J kJ MJ GJ Wh kWh MWh'],
  ['power', 'W kW'],
  ['apparent_power', 'VA V·A'],
  ['reactive_power', 'var'],
  ['voltage', 'mV V'],
  ['current', 'mA A'],
  ['frequency', 'Hz kHz MHz GHz'],
  ['atmospheric_pressure', 'Pa hPa kPa mbar bar', /\b(atmospheric|barometric|air)\b/],
  ['pressure', 'Pa hPa kPa mbar bar'],
  ['signal_strength', 'dBm'],
  ['signal_strength', 'dB', /\b(signal|rssi)\b/],
  ['sound_pressure', 'dB', /\b(sound|noise)\b/],
  ['duration', 'd h min s ms'],
  ['wind_speed', 'm/s km/h', /\bwind\b/],
  ['speed', 'm/s km/h mm/s'],
  ['precipitation_intensity', 'mm/h mm/d'],
  ['precipitation', 'mm cm', /\b(rain|rainfall|precipitation)\b/],
  ['distance', 'mm cm m km'],
  ['weight', 'mg g kg'],
  ['volume_flow_rate', 'm³/h L/min'],
  ['gas', 'm³', /\bgas\b/],
  ['water', 'L m³', /\bwater\b/],
  ['volume', 'mL L m³'],
  ['conductivity', 'mS/cm'],
  ['ph', 'pH'],
  ['ph', '', /\bp ?h\b/],
  ['aqi', '', /\b(aqi|air quality index)\b/],
];

/** What counts up; what has a maximum is an amount in store. */
const counted: Readonly<Record<string, string>> = {
  energy: 'energy_storage',
  gas: 'volume_storage',
  water: 'volume_storage',
  volume: 'volume_storage',
};

/** Only words that mean the same whenever the value is true. */
const detected: readonly (readonly [deviceClass: string, words: RegExp])[] = [
  ['motion', /\bmotion\b/],
  ['occupancy', /\b(occupancy|occupied)\b/],
  ['smoke', /\bsmoke\b/],
  ['tamper', /\btamper(ed)?\b/],
  ['vibration', /\bvibration\b/],
  ['opening', /\bopen\b/],
  ['running', /\brunning\b/],
  ['connectivity', /\bconnected\b/],
  ['problem', /\b(fault|problem)\b/],
];

/** Where Home Assistant writes a unit in another way. */
const spellings: Readonly<Record<string, string>> = { V·A: 'VA', pH: '' };

/** What is known of a value that is a number; all members are options of MQTT number. */
export interface Quantity {
  readonly device_class?: string;
  readonly unit_of_measurement?: string;
}

/** The device class and unit of a number. */
export function quantityOf(schema: DataSchema, name: string): Quantity {
  const symbol = unitSymbol(schema.unit);
  const unit = spellings[symbol] ?? symbol;
  const words = wordsOf(schema, name);
  const [found] =
    measured.find(
      ([, units, needed]) => units.split(' ').includes(symbol) && (needed?.test(words) ?? true),
    ) ?? [];
  return {
    ...(found === undefined ? {} : { device_class: found }),
    ...(unit === '' ? {} : { unit_of_measurement: unit }),
  };
}

/** The same of a sensor, which has a state class beside: without it there are no statistics. */
export function measurementOf(schema: DataSchema, name: string): Quantity & { readonly state_class: string } {
  const quantity = quantityOf(schema, name);
  const store = counted[quantity.device_class ?? ''];
  if (store === undefined) return { ...quantity, state_class: 'measurement' };
  if (schema.maximum !== undefined) return { ...quantity, device_class: store, state_class: 'measurement' };
  return { ...quantity, state_class: schema.minimum === 0 ? 'total_increasing' : 'total' };
}

/** The device class of what is true or false. */
export function detectionOf(schema: DataSchema, name: string): Pick<Quantity, 'device_class'> {
  const words = wordsOf(schema, name);
  const [found] = detected.find(([, needed]) => needed.test(words)) ?? [];
  return found === undefined ? {} : { device_class: found };
}

/** Types, name and title in lower case, apart: `saref:RelativeHumidity` is `saref relative humidity`. */
function wordsOf({ '@type': types, title }: DataSchema, name: string): string {
  return [...stringList(types), name, textOf(title)]
    .join(' ')
    .replace(/(?<=[a-z\d])(?=[A-Z])|[_:/#-]+/g, ' ')
    .toLowerCase();
}
