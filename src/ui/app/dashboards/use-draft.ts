import { readSessionStorageValue, useSessionStorage } from '@mantine/hooks';
import { isJsonObject } from '../../../td/json-object.ts';
import { sameJson } from '../../../td/same-json.ts';
import type { Dashboard } from '../../dashboard.ts';

/** A board that is being edited: the tab keeps it until it is saved or discarded. */
export interface Draft {
  /** Undefined where nothing is changed. */
  readonly changed?: Dashboard;
  change(board: Dashboard): void;
  discard(): void;
}

/** What was changed of a saved board in this tab. */
export function useDraft(slug: string, saved: Dashboard): Draft {
  const [changed, keep, discard] = useSessionStorage<Dashboard | undefined>({
    key: draftKey(slug),
    getInitialValueInEffect: false,
    deserialize: draftOf,
  });
  return {
    changed,
    change: (board) => (sameJson(board, saved) ? discard() : keep(board)),
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

/** The board of a stored text; undefined where it is none. */
function draftOf(text: string | undefined): Dashboard | undefined {
  try {
    const stored: unknown = JSON.parse(text ?? '');
    return isJsonObject(stored) && Array.isArray(stored['tiles'])
      ? (stored as unknown as Dashboard)
      : undefined;
  } catch {
    return undefined;
  }
}
