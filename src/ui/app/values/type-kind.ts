import { wordsOf } from './words-of.ts';

/** Words of types and titles per kind, the kinds that tell most first. */
const kinds = [
  ['servient', ['servient', 'directory', 'gateway', 'broker', 'server']],
  [
    'irrigation',
    ['valve', 'irrigation', 'water', 'watering', 'pump', 'sprinkler', 'leak', 'ventil', 'wasser', 'pumpe'],
  ],
  ['soil', ['soil', 'plant', 'crop', 'substrate', 'boden', 'pflanze']],
  ['weather', ['weather', 'rain', 'cloud', 'wetter', 'regen']],
  ['temperature', ['temperature', 'thermometer', 'thermostat', 'temperatur']],
  ['heat', ['heater', 'heating', 'heat', 'boiler', 'flame', 'heizung']],
  ['humidity', ['humidity', 'moisture', 'dew', 'feuchte', 'luftfeuchte']],
  ['gas', ['co2', 'gas', 'air', 'carbon', 'voc', 'particulate', 'luft']],
  ['fan', ['fan', 'ventilator', 'ventilation', 'lüfter']],
  ['wind', ['wind', 'hvac', 'vent', 'conditioner', 'lüftung']],
  ['lamp', ['lamp', 'bulb', 'luminaire', 'lighting', 'lampe', 'leuchte']],
  ['colour', ['color', 'colour', 'farbe']],
  ['light', ['light', 'illuminance', 'brightness', 'irradiance', 'solar', 'sun', 'par', 'licht', 'sonne']],
  ['rfid', ['rfid', 'nfc', 'tag', 'tags', 'epc', 'barcode', 'reader']],
  ['motion', ['motion', 'presence', 'occupancy', 'movement', 'bewegung']],
  ['door', ['door', 'gate', 'contact', 'barrier', 'tür', 'tor']],
  ['window', ['window', 'blind', 'shutter', 'curtain', 'fenster', 'rollladen']],
  ['lock', ['lock', 'access', 'schloss']],
  ['camera', ['camera', 'video', 'image', 'kamera']],
  ['battery', ['battery', 'batterie', 'akku']],
  [
    'energy',
    ['energy', 'power', 'electricity', 'voltage', 'current', 'meter', 'plug', 'outlet', 'energie', 'strom'],
  ],
  ['pressure', ['pressure', 'barometric', 'gauge', 'druck']],
  ['sound', ['sound', 'noise', 'speaker', 'audio', 'volume', 'ton']],
  ['alarm', ['alarm', 'smoke', 'fire', 'safety', 'warning', 'warnung']],
  ['place', ['location', 'position', 'gps', 'place', 'ort']],
  ['controller', ['controller', 'control', 'automation', 'regulator', 'keeper', 'regler']],
  ['switch', ['switch', 'on', 'off', 'toggle', 'button', 'schalter']],
  ['level', ['level', 'actuator', 'actuatable', 'dimmer', 'stufe']],
  [
    'building',
    ['building', 'room', 'zone', 'floor', 'greenhouse', 'space', 'gebäude', 'raum', 'gewächshaus'],
  ],
  ['sensor', ['sensor', 'observable', 'measurement', 'property']],
] as const;

/** What a Thing or affordance is, as far as an icon tells it. */
export type TypeKind = (typeof kinds)[number][0] | 'thing';

/** Words that tell only how it is used; a title tells more. */
const general: readonly TypeKind[] = ['sensor', 'level', 'thing'];

/** The kind that the words of the `@type`s tell, of any vocabulary; that of the title where they tell little. */
export function typeKind(types: readonly string[], title = ''): TypeKind {
  const byType = kindOf(types);
  if (!general.includes(byType)) return byType;
  const byTitle = kindOf([title]);
  return byTitle === 'thing' ? byType : byTitle;
}

function kindOf(texts: readonly string[]): TypeKind {
  const words = texts.flatMap(wordsOf);
  return kinds.find(([, telling]) => telling.some((word) => words.includes(word)))?.[0] ?? 'thing';
}
