import { Button, Group, Skeleton, Text } from '@mantine/core';
import { lazy, Suspense, useEffect } from 'react';
import type { Dashboard } from '../../dashboard.ts';
import type { ThingSummary } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { useTitle } from '../shell/use-title.ts';
import { useSearchText } from '../thing/use-search-text.ts';
import { BoardHeader } from './board-header.tsx';
import { placesOf } from './board-things.ts';
import classes from './dashboards.module.css';
import { messages } from './messages.ts';
import { PlacePicker } from './place-picker.tsx';
import { TileGrid } from './tile-grid.tsx';
import { type Draft, useDraft } from './use-draft.ts';

const EditedBoard = lazy(async () => ({ default: (await import('./edit/edited-board.tsx')).EditedBoard }));

interface BoardViewProps {
  readonly slug: string;
  readonly saved: Dashboard;
  readonly things: readonly ThingSummary[];
}

/** A board that is there: as it is saved, or with what was changed of it where it is edited. */
export function BoardView({ slug, saved, things }: BoardViewProps) {
  const draft = useDraft(slug, saved);
  const [edit] = useSearchText('edit');
  const [kiosk] = useSearchText('kiosk');
  const editing = edit !== undefined;
  const board = (editing && draft.changed) || saved;
  const { place, places } = usePlace(board, things);
  useTitle(useTdText()(board, slug).title.slice(0, 200));
  const parts = { slug, board, things, place };
  return (
    <div className={classes.board}>
      <BoardHeader slug={slug} board={board} editing={editing} />
      {draft.changed && !editing && kiosk === undefined ? <Unsaved draft={draft} /> : null}
      {board.per === 'location' ? <PlacePicker places={places} place={place} /> : null}
      {editing ? (
        // Not the tiles: what they tell meanwhile would hold up a large board again and again.
        <Suspense fallback={<Skeleton height={360} radius="md" />}>
          <EditedBoard {...parts} saved={saved} draft={draft} />
        </Suspense>
      ) : (
        <TileGrid {...parts} />
      )}
    </div>
  );
}

/** The place of `?at=`, which stays when its Things go; the first one at first. */
function usePlace(board: Dashboard, things: readonly ThingSummary[]) {
  const [at, go] = useSearchText('at');
  const found = placesOf(board, things);
  const first = at === undefined ? found[0] : undefined;
  useEffect(() => {
    if (first !== undefined) go(first);
  }, [first, go]);
  if (board.per !== 'location') return { places: [] };
  const place = at ?? first;
  return { place, places: place === undefined || found.includes(place) ? found : [...found, place] };
}

function Unsaved({ draft }: { readonly draft: Draft }) {
  const t = useMessages(messages);
  const [, edit] = useSearchText('edit', { back: true });
  return (
    <Group className={classes.unsaved} role="status" gap="xs">
      <Text size="sm">{t.unsavedHelp}</Text>
      <Button size="compact-md" onClick={() => edit('1')}>
        {t.goOn}
      </Button>
      <Button size="compact-md" variant="default" onClick={draft.discard}>
        {t.discard}
      </Button>
    </Group>
  );
}
