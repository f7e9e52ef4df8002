import { useMemo } from 'react';
import type { Op, ThingDescription } from '../../../contracts/td.ts';
import type { OfferedForm } from '../../page-data.ts';
import type { ExchangeLog } from './exchange-log.ts';
import { offeredForms } from './offered-forms.ts';
import type { Selection } from './selection.ts';

/** The forms of an operation, and which one is taken. */
export interface Forms {
  readonly offered: readonly OfferedForm[];
  readonly chosen: number;
  readonly preferred: number;
  readonly byHand: boolean;
}

/** The forms of an operation by the TD; once the servient has told which ones it can use, by that. */
export function useForms(
  td: ThingDescription,
  op: Op,
  selection: Selection,
  log: ExchangeLog | undefined,
): Forms {
  const { kind, name, form } = selection;
  const own = useMemo(() => offeredForms(td, op, { kind, name }), [td, op, kind, name]);
  const { request, chosen } = log ?? {};
  const isTold = request?.op === op && request.kind === kind && request.name === name;
  const offered = isTold && chosen?.forms.length === own.length ? chosen.forms : own;
  const preferred = Math.max(
    0,
    offered.findIndex(({ usable }) => usable),
  );
  const byHand = form !== undefined && form < offered.length;
  return { offered, preferred, byHand, chosen: byHand ? form : preferred };
}
