/** Units as words of plain text, of UCUM and of OM 2, in lower case. */
const words: Readonly<Record<string, string>> = {
  percent: '%',
  '%': '%',
  pct: '%',
  cel: '°C',
  celsius: '°C',
  degreecelsius: '°C',
  degreescelsius: '°C',
  celsiusdegree: '°C',
  degc: '°C',
  '[degf]': '°F',
  fahrenheit: '°F',
  degreefahrenheit: '°F',
  degreesfahrenheit: '°F',
  kelvin: 'K',
  second: 's',
  seconds: 's',
  'second-time': 's',
  millisecond: 'ms',
  milliseconds: 'ms',
  'millisecond-time': 'ms',
  minute: 'min',
  minutes: 'min',
  'minute-time': 'min',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
  metre: 'm',
  meter: 'm',
  meters: 'm',
  centimetre: 'cm',
  millimetre: 'mm',
  kilometre: 'km',
  gram: 'g',
  kilogram: 'kg',
  litre: 'L',
  liter: 'L',
  liters: 'L',
  litres: 'L',
  watt: 'W',
  watts: 'W',
  kilowatt: 'kW',
  kilowatthour: 'kWh',
  volt: 'V',
  volts: 'V',
  ampere: 'A',
  amperes: 'A',
  hertz: 'Hz',
  lux: 'lx',
  lumen: 'lm',
  pascal: 'Pa',
  hectopascal: 'hPa',
  bar: 'bar',
  degree: '°',
  degrees: '°',
  deg: '°',
  '[ppm]': 'ppm',
  partspermillion: 'ppm',
  decibel: 'dB',
  unitless: '',
  'metrepersecond-time': 'm/s',
  kilometreperhour: 'km/h',
};

/** QUDT's names of units without their prefixes. */
const bases: Readonly<Record<string, string>> = {
  PERCENT: '%',
  UNITLESS: '',
  NUM: '',
  DEG: '°',
  DEG_C: '°C',
  DEG_F: '°F',
  K: 'K',
  SEC: 's',
  MIN: 'min',
  HR: 'h',
  DAY: 'd',
  M: 'm',
  GM: 'g',
  L: 'L',
  W: 'W',
  J: 'J',
  N: 'N',
  V: 'V',
  A: 'A',
  OHM: 'Ω',
  S: 'S',
  F: 'F',
  HZ: 'Hz',
  PA: 'Pa',
  BAR: 'bar',
  LUX: 'lx',
  LM: 'lm',
  CD: 'cd',
  MOL: 'mol',
  PPM: 'ppm',
  PPB: 'ppb',
  B: 'B',
  B_M: 'Bm',
  BIT: 'bit',
  BYTE: 'B',
  RAD: 'rad',
  REV: 'rev',
  PH: 'pH',
  VAR: 'var',
  TON: 't',
  TONNE: 't',
};

const prefixes: Readonly<Record<string, string>> = {
  Pico: 'p',
  Nano: 'n',
  Micro: 'µ',
  Milli: 'm',
  Centi: 'c',
  Deci: 'd',
  Deca: 'da',
  Hecto: 'h',
  Kilo: 'k',
  Mega: 'M',
  Giga: 'G',
  Tera: 'T',
};

const superscripts: Readonly<Record<string, string>> = { 2: '²', 3: '³', 4: '⁴' };

/** Letters of a unit that nobody knows; some TDs have a sentence there. */
const longest = 30;

/** The symbol of a unit that a TD names by QUDT, OM 2, UCUM or in plain words; what is unknown as given, in short, an IRI by its last part. */
export function unitSymbol(unit: unknown): string {
  if (typeof unit !== 'string') return '';
  const text = unit.trim();
  const isIri = /^[a-z][\w+.-]*:\S/i.test(text);
  const name = isIri ? (text.split(/[#/:]/).findLast((part) => part !== '') ?? text) : text;
  const word = name.toLowerCase().replace(/[\s_]+/g, '');
  if (Object.hasOwn(words, word)) return words[word] as string;
  // UCUM writes `m`, `kW`, `Pa` as they are; its `A` and `L` are QUDT's too.
  return qudtSymbol(name) ?? (name.length > longest ? `${name.slice(0, longest - 1)}…` : name);
}

/** QUDT spells units out: `MicroMOL-PER-M2-SEC`. */
function qudtSymbol(name: string): string | undefined {
  const [above, below, ...more] = name.split('-PER-');
  const numerator = above?.startsWith('PER-') ? '1' : product(above);
  const denominator = above?.startsWith('PER-') ? product(above.slice(4)) : product(below);
  if (numerator === undefined || more.length > 0) return undefined;
  if (denominator === undefined)
    return below === undefined && !above?.startsWith('PER-') ? numerator : undefined;
  return `${numerator}/${denominator.includes('·') ? `(${denominator})` : denominator}`;
}

function product(names: string | undefined): string | undefined {
  const factors = names?.split('-').map(factor);
  if (factors === undefined || factors.some((symbol) => symbol === undefined)) return undefined;
  const symbol = factors.join('·');
  return symbol === 'kW·h' || symbol === 'W·h' ? symbol.replace('·', '') : symbol;
}

function factor(name: string): string | undefined {
  const [, base = name, power] = /^(.*[^\d])([234])$/.exec(name) ?? [];
  const prefix = Object.keys(prefixes).find((candidate) => base.startsWith(candidate));
  const plain = prefix === undefined ? base : base.slice(prefix.length);
  if (!Object.hasOwn(bases, plain)) return undefined;
  return `${prefix === undefined ? '' : prefixes[prefix]}${bases[plain]}${power === undefined ? '' : superscripts[power]}`;
}
