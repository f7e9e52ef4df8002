import { readSessionStorageValue, useSessionStorage } from '@mantine/hooks';
import { isJsonObject } from '../../../td/json-object.ts';
import { sameJson } from '../../../td/same-json.ts';
import type { Dashboard } from '../../dashboard.ts';

/** A board that is being edited: the tab keeps it until it is saved or discarded. */
export interface Draft {
  /** Undefined where nothing is changed. */
  readonly changed?: Dashboard;
  /** The saved board that it was changed from: somebody else may save another one meanwhile. */
  readonly base: Dashboard;
  change(board: Dashboard): void;
  discard(): void;
}

interface Stored {
  readonly board: Dashboard;
  readonly base: Dashboard;
}

/** What was changed of a saved board in this tab. */
export function useDraft(slug: string, saved: Dashboard): Draft {
  const [stored, keep, discard] = useSessionStorage<Stored | undefined>({
    key: draftKey(slug),
    getInitialValueInEffect: false,
    deserialize: draftOf,
  });
  const { board: changed, base = saved } = stored ?? {};
  return {
    changed,
    base,
    change: (board) => (sameJson(board, base) ? discard() : keep({ board, base })),
    discard,
  };
}

/** Whether this tab has changes of a board that are not saved. */
export function hasDraft(slug: string): boolean {
  return readSessionStorageValue({ key: draftKey(slug), deserialize: draftOf }) !== undefined;
}

function draftKey(slug: string): string {
  return `thingwright-dashboard-${slug}`;
}

/** What a stored text keeps; undefined where it is none of ours. */
function draftOf(text: string | undefined): Stored | undefined {
  try {
    const stored: unknown = JSON.parse(text ?? '');
    const isOurs = isJsonObject(stored) && isBoard(stored['board']) && isBoard(stored['base']);
    return isOurs ? (stored as unknown as Stored) : undefined;
  } catch {
    return undefined;
  }
}

function isBoard(value: unknown): boolean {
  return isJsonObject(value) && Array.isArray(value['tiles']);
}
