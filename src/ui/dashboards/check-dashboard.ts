import { readFileSync } from 'node:fs';
import { type Fault, WotError } from '../../contracts/errors.ts';
import type { DataSchema } from '../../contracts/td.ts';
import { compileDataCheck, type DataCheck, inWords } from '../../td/data-check.ts';
import type { Dashboard, Tile } from '../dashboard.ts';

let check: DataCheck | undefined;

/** Gives a board back that is one; WotError `invalid` DASHBOARD_INVALID tells each fault. */
export function checkDashboard(board: unknown): Dashboard {
  check ??= compileDataCheck(readSchema(), 'write');
  const misfits = check(board);
  const errors = misfits.length > 0 ? misfits : tileFaults((board as Dashboard).tiles);
  if (errors.length === 0) return board as Dashboard;
  const message = `The board does not fit its schema: ${inWords(errors)}.`;
  throw new WotError('invalid', 'DASHBOARD_INVALID', message, { errors });
}

function readSchema(): DataSchema {
  const url = new URL('../../../td-schemas/dashboard.schema.json', import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as DataSchema;
}

function tileFaults(tiles: readonly Tile[]): readonly Fault[] {
  return tiles.flatMap((tile, index) => {
    const pointer = `/tiles/${index}`;
    const shown = [tile.property, tile.action, tile.event, tile.text].filter((each) => each !== undefined);
    if (shown.length !== 1) return [{ pointer, detail: 'must have one of property, action, event and text' }];
    if (tile.text !== undefined || Object.keys(tile.thing ?? {}).length > 0) return [];
    return [{ pointer, detail: 'must say by thing which Things it means' }];
  });
}
