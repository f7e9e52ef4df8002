/** What a zone should be like: °C, percent, ppm, mol/(m² d), hours of the day in which lamps may burn. */
export interface Targets {
  readonly temperature: { readonly min: number; readonly max: number };
  readonly relativeHumidity: { readonly max: number };
  readonly co2: { readonly min: number };
  readonly soilMoisture: { readonly min: number; readonly max: number };
  /** Water that raises the soil moisture by one percent. */
  readonly litresPerPercent: number;
  /** Most litres in one irrigation: what the valve gives well within its maxOnTime. */
  readonly litresAtOnce: number;
  /** Daily light integral. */
  readonly dli: number;
  readonly lightHours: { readonly from: number; readonly to: number };
}

/** What is known of a zone now; a reading that is not available is undefined. `hour` is the time of day, `dli` the light since midnight. */
export interface ZoneReadings {
  readonly hour: number;
  readonly dli: number;
  readonly temperature?: number | undefined;
  readonly relativeHumidity?: number | undefined;
  readonly co2?: number | undefined;
  readonly par?: number | undefined;
  readonly soilMoisture?: number | undefined;
  readonly valve?: boolean | undefined;
  readonly vent?: number | undefined;
  readonly heater?: number | undefined;
  readonly fan?: number | undefined;
  readonly growLight?: number | undefined;
}

/** One thing to do: percent, for the valve litres; and why, with the numbers. */
export interface Command {
  readonly actuator: 'valve' | 'vent' | 'heater' | 'fan' | 'growLight';
  readonly value: number;
  readonly why: string;
}

type Rule = (readings: ZoneReadings, targets: Targets) => Command | undefined;

/** Decides what to do in a zone; nothing about a quantity whose sensor or actuator is not available. */
export function decide(readings: ZoneReadings, targets: Targets): readonly Command[] {
  return [water, heat, ventilate, circulate, light].flatMap((rule) => rule(readings, targets) ?? []);
}

const water: Rule = ({ soilMoisture, valve }, { soilMoisture: band, ...targets }) => {
  if (soilMoisture === undefined || valve !== false || soilMoisture >= band.min) return;
  const lacking = ((band.min + band.max) / 2 - soilMoisture) * targets.litresPerPercent;
  const litres = Math.ceil(Math.min(lacking, targets.litresAtOnce));
  return { actuator: 'valve', value: litres, why: `soil moisture ${soilMoisture} % is below ${band.min} %` };
};

const heat: Rule = ({ temperature, heater }, { temperature: { min } }) => {
  if (temperature === undefined || heater === undefined) return;
  const change = (value: number, why: string) => changed('heater', { from: heater, to: value }, why);
  // At full power: the pauses are then long enough for the heater's rest, also in a cold night.
  if (temperature < min + 1) return change(100, `${temperature} °C is below ${min + 1} °C`);
  if (temperature > min + 2.5) return change(0, `${temperature} °C is above ${min + 2.5} °C`);
  return;
};

const ventilate: Rule = (readings, { temperature: { min, max }, relativeHumidity: damp, co2: air }) => {
  const { temperature, relativeHumidity = 0, co2 = air.min, par = 0, vent } = readings;
  if (temperature === undefined || vent === undefined) return;
  const change = (value: number, why: string) => changed('vent', { from: vent, to: value }, why);
  if (temperature < min + 3) return change(0, `${temperature} °C is below ${min + 3} °C`);
  // An open vent stays until the air is well in its band.
  const [dry, fresh] = vent > 0 ? [damp.max - 5, air.min + 40] : [damp.max, air.min];
  const reasons: readonly (readonly [number, string])[] = [
    [0, `${temperature} °C, humidity ${relativeHumidity} % and CO2 ${co2} ppm are in their bands`],
    [25 * (temperature - (max - 2)), `${temperature} °C of at most ${max} °C`],
    [relativeHumidity > dry ? 20 : 0, `humidity ${relativeHumidity} % is above ${dry} %`],
    [co2 < fresh && par > 100 ? 20 : 0, `CO2 ${co2} ppm is below ${fresh} ppm`],
  ];
  const [opening, why] = reasons.reduce((most, reason) => (reason[0] > most[0] ? reason : most));
  return opening > 0 && Math.abs(opening - vent) < 20 ? undefined : change(opening, why);
};

const circulate: Rule = ({ vent, fan }) => {
  if (vent === undefined || fan === undefined) return;
  const change = (value: number) => changed('fan', { from: fan, to: value }, `the vent is ${vent} % open`);
  if (vent >= 50) return change(100);
  return vent < 30 ? change(0) : undefined;
};

const light: Rule = ({ hour, dli, par, growLight }, { dli: goal, lightHours: { from, to } }) => {
  if (par === undefined || growLight === undefined) return;
  const due = (goal * (hour - from)) / (to - from);
  const numbers = `${dli.toFixed(1)} of ${goal} mol/m² today, ${Math.max(0, due).toFixed(1)} are due by now`;
  const allowed = hour >= from && hour < to;
  if (!allowed)
    return changed('growLight', { from: growLight, to: 0 }, `no light from ${to} to ${from} o'clock`);
  if (dli < due - 0.5 && par < 400) return changed('growLight', { from: growLight, to: 100 }, numbers);
  if (dli > due + 0.2) return changed('growLight', { from: growLight, to: 0 }, numbers);
  return;
};

/** A command in steps of ten percent; none where that is what the actuator does already. */
function changed(
  actuator: Command['actuator'],
  { from, to }: { readonly from: number; readonly to: number },
  why: string,
): Command | undefined {
  const value = Math.min(100, Math.round(to / 10) * 10);
  return Math.abs(value - from) < 10 && (value > 0 || from === 0) ? undefined : { actuator, value, why };
}
