import type { Outside } from './weather.ts';
import { saturatedVapour } from './weather.ts';

/** The state of one zone: air in °C, g/m³ and ppm, light in µmol/(m² s), soil in percent by volume. */
export interface ZoneState {
  readonly temperature: number;
  readonly vapour: number;
  readonly co2: number;
  readonly par: number;
  readonly soilMoisture: number;
}

/** What the actuators do: percent, and whether the valve is open. */
export interface Actuation {
  readonly vent: number;
  readonly heater: number;
  readonly fan: number;
  readonly growLight: number;
  readonly valve: boolean;
}

/** Everything that acts on a zone in one step. */
export interface Surroundings {
  readonly outside: Outside;
  readonly neighbour: ZoneState;
  readonly actuation: Actuation;
}

/** Ground of a zone in m². */
const AREA = 50;
/** Flow of an open valve in L/s. */
export const FLOW = 40 / 60;

const HEIGHT = 4; // m of air above each m² of ground
const ROOT_DEPTH = 40; // mm of substrate: 1 L/m² is 2.5 percent by volume
const GLASS = 0.6; // share of sunlight that comes in
const LOSS = 6; // W/(m² K) through the cover
const CAPACITY = 50_000; // J/(m² K) of air, plants, structure and the top of the ground
const AIR_HEAT = 1_200; // J/(m³ K)
const HEATER = 150; // W/m² at full power
const LAMP_HEAT = 70; // W/m²
const LAMP_PAR = 160; // µmol/(m² s)
const EVAPORATION_HEAT = 2_450; // J/g
const MOLES = 41.6; // mol of air per m³

/** The zone one step of `seconds` later (explicit Euler; stable up to about a minute). */
export function nextZone(
  zone: ZoneState,
  { outside, neighbour, actuation }: Surroundings,
  seconds: number,
): ZoneState {
  const sun = outside.solarRadiation * GLASS;
  const lamp = actuation.growLight / 100;
  const [out, across] = airChanges(actuation, outside.windSpeed);
  const evaporation = evapotranspiration(zone, 0.65 * sun + 0.5 * LAMP_HEAT * lamp);
  const mix = (here: number, there: number, beside: number) =>
    out * (there - here) + across * (beside - here);

  const heat =
    0.75 * sun +
    LAMP_HEAT * lamp +
    (HEATER * actuation.heater) / 100 -
    LOSS * (zone.temperature - outside.temperature) -
    EVAPORATION_HEAT * evaporation +
    AIR_HEAT * HEIGHT * mix(zone.temperature, outside.temperature, neighbour.temperature);
  const temperature = zone.temperature + (heat / CAPACITY) * seconds;
  const rise = (evaporation - condensation(zone, outside)) / HEIGHT;
  const vapour = zone.vapour + (rise + mix(zone.vapour, outside.vapour, neighbour.vapour)) * seconds;
  const co2 =
    zone.co2 +
    (mix(zone.co2, outside.co2, neighbour.co2) - photosynthesis(zone) / (HEIGHT * MOLES)) * seconds;
  return {
    temperature,
    // What is above saturation becomes mist.
    vapour: Math.min(vapour, 0.98 * saturatedVapour(temperature)),
    co2: Math.max(co2, 0),
    par: sun * 2.1 + LAMP_PAR * lamp,
    soilMoisture: nextSoil(zone.soilMoisture, evaporation, actuation.valve, seconds),
  };
}

/** Share of the air exchanged per second: with the outside and with the neighbour. */
function airChanges({ vent, fan }: Actuation, windSpeed: number): readonly [number, number] {
  const opening = (vent / 100) * (10 + 4 * windSpeed) * (1 + fan / 100);
  return [(0.4 + opening) / 3_600, (0.2 + 2 * (fan / 100)) / 3_600];
}

/** g/(m² s): driven by radiation (W/m²) and by dry, warm air; a dry soil gives less. */
function evapotranspiration({ temperature, vapour, soilMoisture }: ZoneState, radiation: number): number {
  const deficit = Math.max(0, saturatedVapour(temperature) - vapour);
  const supply = Math.min(1, Math.max(0, (soilMoisture - 8) / 20));
  return supply * ((0.45 * radiation) / EVAPORATION_HEAT + 0.000_8 * deficit);
}

/** g/(m² s) that run down the glass, which is colder than the air. */
function condensation({ temperature, vapour }: ZoneState, outside: Outside): number {
  const glass = outside.temperature + 0.35 * (temperature - outside.temperature);
  return 0.003 * Math.max(0, vapour - saturatedVapour(glass));
}

/** µmol/(m² s) of CO2 that the plants take up; negative in the dark, when they breathe. */
function photosynthesis({ par, co2 }: ZoneState): number {
  return 22 * (par / (par + 400)) * (co2 / (co2 + 300)) - 1.5;
}

/** Percent by volume; what the substrate cannot hold drains within minutes. */
function nextSoil(moisture: number, evaporation: number, watered: boolean, seconds: number): number {
  const litres = ((watered ? FLOW / AREA : 0) - evaporation / 1_000) * seconds;
  const drained = Math.max(0, moisture - 60) * (seconds / 600);
  return Math.min(75, Math.max(0, moisture + (100 / ROOT_DEPTH) * litres - drained));
}
