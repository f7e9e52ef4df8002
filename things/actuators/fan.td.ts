import { levelTd } from './level.td.ts';

export const fanTd = levelTd({
  model: 'fan',
  title: 'Circulation fan',
  description: 'Moves the air of one zone: speeds the exchange through the vents and with its neighbour.',
  maxOnTime: 43_200,
});
