import type { ThingSummary } from '../../page-data.ts';
import type { Pin } from './pins.ts';

/** Of each: what is measured, and what can be set. */
const most = 3;

/** Tiles for who pinned none yet: key properties, one of each kind that there is. */
export function suggestedTiles(things: readonly ThingSummary[]): readonly Pin[] {
  const [measured, set] = [[], []] as [Pin[], Pin[]];
  const kinds = new Set<string>();
  for (const { name: thing, key, fault } of things) {
    if (!key || fault || !plainTypes.has(key.schema.type)) continue;
    const kind = `${key.name} ${key.schema.unit}`;
    if (kinds.has(kind)) continue;
    kinds.add(kind);
    (key.schema.readOnly ? measured : set).push({ thing, kind: 'properties', affordance: key.name });
  }
  return [...measured.slice(0, most), ...set.slice(0, most)];
}

const plainTypes = new Set<unknown>(['number', 'integer', 'boolean']);
