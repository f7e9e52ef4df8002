import { Button, Stack, Text, TextInput } from '@mantine/core';
import { IconLetterCase, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { Tile } from '../../../dashboard.ts';
import type { ThingSummary } from '../../../page-data.ts';
import { useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import { useSearchText } from '../../thing/use-search-text.ts';
import { foundBy } from '../../things/search/found-search.ts';
import type { Found } from '../../things/search/thing-documents.ts';
import { TypeIcon } from '../../values/type-icon.tsx';
import { newTile, withNewTile } from '../board-changes.ts';
import edits from './edit.module.css';
import type { EditedBoardProps } from './edited-board.tsx';
import { messages } from './messages.ts';

const mostSuggested = 30;

/** Finds an affordance for a new tile, whose settings follow. */
export function AddTile({ board, draft, things }: EditedBoardProps) {
  const t = useMessages(messages);
  const [query, setQuery] = useState('');
  const [, open] = useSearchText('panel');
  const found = foundFor(query, things);
  const add = (tile: Tile | undefined) => {
    if (!tile) return;
    draft.change(withNewTile(board, tile));
    open(String(board.tiles.length));
  };
  return (
    <Stack gap="sm">
      <TextInput
        label={t.find}
        description={t.findHelp}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={query}
        data-autofocus
        onChange={({ currentTarget: { value } }) => setQuery(value)}
      />
      <Text size="sm" role="status">
        {found.length === 0 ? t.nothingFound : t.found(found.length)}
      </Text>
      <ul className={edits.results}>
        {found.map((each) => (
          <Result
            key={`${each.kind} ${each.thing.name} ${each.affordance?.name}`}
            found={each}
            choose={() => add(newTile(board, each))}
          />
        ))}
      </ul>
      <Button
        variant="default"
        leftSection={<IconLetterCase size={16} aria-hidden />}
        onClick={() => add({ text: t.newText })}
      >
        {t.addText}
      </Button>
    </Stack>
  );
}

/** Without a query what tells most of each Thing. */
function foundFor(query: string, things: readonly ThingSummary[]): readonly Found[] {
  if (query.trim() !== '')
    return foundBy(query, things).flatMap(({ found }) => found.filter(({ affordance }) => affordance));
  const keys = things.flatMap((thing) =>
    thing.key ? [{ kind: 'property' as const, thing, affordance: thing.key }] : [],
  );
  return keys.slice(0, mostSuggested);
}

function Result({ found, choose }: { readonly found: Found; choose(): void }) {
  const t = useMessages(messages);
  const words = useTdText();
  const { kind, thing, affordance } = found;
  if (kind === 'thing' || !affordance) return null;
  const kinds = { property: t.properties, action: t.actions, event: t.events };
  return (
    <li>
      <button type="button" className={edits.result} onClick={choose}>
        <TypeIcon types={thing.types} title={thing.title} />
        <span className={edits.resultWords}>
          <bdi data-td-text>{words(affordance, affordance.name).title}</bdi>
          <bdi data-td-text className={edits.quiet}>
            {words(thing, thing.name).title}
          </bdi>
        </span>
        <span className={edits.quiet}>{kinds[kind]}</span>
      </button>
    </li>
  );
}
