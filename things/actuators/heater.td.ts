import { levelTd } from './level.td.ts';

export const heaterTd = levelTd({
  title: 'Heater',
  description: 'Heats the air of one zone.',
  maxOnTime: 7_200,
});
