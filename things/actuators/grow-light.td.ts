import { levelTd } from './level.td.ts';

export const growLightTd = levelTd({
  model: 'grow-light',
  title: 'Grow light',
  description: 'Adds light that plants can use, and heat.',
  maxOnTime: 64_800,
});
