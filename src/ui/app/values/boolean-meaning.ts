import type { DataSchema } from '../../../contracts/td.ts';
import { stringList } from '../../../td/json-object.ts';
import { wordsOf } from './words-of.ts';

/** What true and false mean, by the first word that says so. */
const meanings = [
  ['locked', ['lock', 'locked', 'verriegelt']],
  ['open', ['open', 'opened', 'offen', 'door', 'window', 'valve', 'contact', 'tür', 'fenster', 'ventil']],
  ['motion', ['motion', 'bewegung']],
  ['present', ['presence', 'present', 'occupancy', 'occupied', 'anwesend', 'belegt']],
  ['leak', ['leak', 'leakage', 'flood', 'leck']],
  ['alarm', ['alarm', 'smoke', 'tamper', 'rauch']],
  ['connected', ['connected', 'online', 'reachable', 'verbunden', 'erreichbar']],
  ['enabled', ['enabled', 'enable', 'aktiviert']],
  ['active', ['active', 'running', 'aktiv']],
  [
    'on',
    [
      'on',
      'off',
      'onoff',
      'power',
      'switch',
      'switched',
      'light',
      'lamp',
      'fan',
      'heater',
      'pump',
      'ein',
      'licht',
    ],
  ],
] as const;

/** The pair of words that a boolean is told with. */
type BooleanMeaning = (typeof meanings)[number][0] | 'yes';

/** Which words tell a boolean, as its `@type` or its title says. */
export function booleanMeaning(schema: DataSchema): BooleanMeaning {
  const texts = [...stringList(schema['@type']), ...stringList(schema.title)];
  for (const text of texts) {
    const words = wordsOf(text);
    const found = meanings.find(([, telling]) => telling.some((word) => words.includes(word)));
    if (found) return found[0];
  }
  return 'yes';
}
