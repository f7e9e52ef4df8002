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
  if (temperature < min) return change(30 + 35 * (min - temperature), `${temperature} °C is below ${min} °C`);
  if (temperature > min + 1) return change(0, `${temperature} °C is above ${min + 1} °C`);
  return;
};

const ventilate: Rule = (readings, { temperature: band, relativeHumidity: damp, co2: air }) => {
  const { temperature, relativeHumidity = 0, co2 = air.min, par = 0, vent } = readings;
  if (temperature === undefined || vent === undefined) return;
  const change = (value: number, why: string) => changed('vent', { from: vent, to: value }, why);
  if (temperature < band.min) return change(0, `${temperature} °C is below ${band.min} °C`);
  if (temperature > band.max) {
    return change(20 + 25 * (temperature - band.max), `${temperature} °C is above ${band.max} °C`);
  }
  const humid = relativeHumidity > damp.max;
  if (humid && temperature > band.min + 1 && vent < 40) {
    return change(
      10 + 3 * (relativeHumidity - damp.max),
      `humidity ${relativeHumidity} % is above ${damp.max} %`,
    );
  }
  const starved = co2 < air.min && par > 100;
  if (starved && vent < 20) return change(20, `CO2 ${co2} ppm is below ${air.min} ppm`);
  const well = temperature < band.max - 1.5 && relativeHumidity < damp.max - 8 && co2 > air.min;
  return well
    ? change(0, `${temperature} °C and humidity ${relativeHumidity} % are in their bands`)
    : undefined;
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
