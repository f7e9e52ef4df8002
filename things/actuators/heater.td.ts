import { levelTd } from './level.td.ts';

export const heaterTd = levelTd({
  model: 'heater',
  title: 'Heater',
  description: 'Heats the air of one zone.',
  maxOnTime: 7_200,
});
