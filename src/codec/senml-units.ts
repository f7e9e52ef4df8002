/** Unit names of SenML (RFC 8428 section 12.1, RFC 8798 section 2) that mean in a TD what they mean there: `C`, `F` and `B` do not, nor does `%`, a ratio of 0 to 1. */
const primary: ReadonlySet<string> = new Set(
  (
    'm kg g s A K cd mol Hz rad sr N Pa J W V Ohm S Wb T H Cel lm lx Bq Gy Sv kat m2 m3 l m/s m/s2 m3/s l/s W/m2 ' +
    'cd/m2 bit bit/s lat lon pH dB dBW Bspl count / %RH %EL EL 1/s 1/min beat/min beats S/m VA VAs var vars J/m kg/m3 deg NTU'
  ).split(' '),
);

/** Secondary units (RFC 8798 section 3); packs with them have a version of their own (RFC 9100). */
const secondary: ReadonlySet<string> = new Set(
  (
    'ms min h MHz kW kVA kvar Ah Wh kWh varh kvarh kVAh Wh/km KiB GB Mbit/s B/s MB/s mV mA dBm ug/m3 mm/h m/h ppm ' +
    '/100 /1000 hPa mm cm km km/h'
  ).split(' '),
);

/** Other ways to write them: UCUM, local names of QUDT and OM, words; without case, spaces, `_`, `-` and a plural s. */
const others: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Cel: '°c celsius celcius degc degreecelsius degreescelsius degreecentigrade degcel',
    K: 'kelvin',
    '/100': '% percent percentage',
    '%RH': '%r.h. percentrh percentrelativehumidity',
    ppm: 'partspermillion',
    lx: 'lux',
    lm: 'lumen lm',
    cd: 'candela',
    W: 'watt',
    kW: 'kilowatt kilow',
    'W/m2': 'wperm2 wattpersquaremetre w.m2',
    J: 'joule',
    Wh: 'watthour whr w.h',
    kWh: 'kilowatthour kilowhr kw.h',
    VA: 'voltampere',
    V: 'volt',
    mV: 'millivolt milliv',
    A: 'ampere amp',
    mA: 'milliampere millia',
    Ah: 'amperehour ahr a.h',
    Ohm: 'ohm ω',
    T: 'tesla',
    Hz: 'hertz',
    MHz: 'megahertz megahz',
    Pa: 'pascal pa',
    hPa: 'hectopascal hectopa millibar mbar',
    N: 'newton',
    s: 'second sec secondtime',
    ms: 'millisecond millisec',
    min: 'minute',
    h: 'hour hr',
    m: 'metre',
    mm: 'millimetre millim',
    cm: 'centimetre centim',
    km: 'kilometre kilom',
    m2: 'squaremetre m²',
    m3: 'cubicmetre m³',
    l: 'litre l',
    'l/s': 'lpersec litrepersecond',
    'm/s': 'mpersec metrepersecond metrepersecondtime',
    'km/h': 'kmh kilomperhr kilometreperhour',
    'm/s2': 'mpersec2 metrepersecondsquared metrepersecondtimesquared m/s²',
    kg: 'kilogram kilogm',
    g: 'gram gm',
    'kg/m3': 'kilogmperm3 kilogrampercubicmetre kg/m³',
    'ug/m3': 'microgmperm3 microgrampercubicmetre microgramspercubicmetre µg/m3 μg/m3 µg/m³ μg/m³',
    rad: 'radian',
    dB: 'decibel decib',
    dBm: 'decibm decibelmilliwatt',
    mol: 'mole',
    lat: 'latitude',
    lon: 'longitude',
    bit: 'bit',
    'bit/s': 'bitpersec bitpersecond bps',
  }).flatMap(([unit, names]) => names.split(' ').map((name) => [name, unit] as const)),
);

/** The SenML unit that a TD's `unit` means: a symbol, a word, or an IRI of QUDT or OM; undefined where there is none. */
export function senmlUnit(unit: string | undefined): string | undefined {
  if (typeof unit !== 'string' || unit.length > 100) return undefined; // not every TD of the field is valid
  const local = unit.replace(/^(?:https?:\/\/.*[/#]|[a-z]\w*:)/i, '').trim();
  if (primary.has(local) || secondary.has(local)) return local;
  const name = local
    .toLowerCase()
    .replace(/[\s_-]/g, '')
    .replace('meter', 'metre')
    .replace('liter', 'litre');
  return others.get(name) ?? others.get(name.replace(/s$/, ''));
}

/** Whether it is a secondary unit (RFC 8798 section 3). */
export function isSecondaryUnit(unit: string | undefined): boolean {
  return unit !== undefined && secondary.has(unit);
}
