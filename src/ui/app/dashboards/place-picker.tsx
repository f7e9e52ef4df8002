import { NativeSelect, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMessages } from '../language/language.tsx';
import type { Search } from '../routes.tsx';
import { useSearchText } from '../thing/use-search-text.ts';
import classes from './dashboards.module.css';
import { messages } from './messages.ts';

const mostLinks = 6;

interface PlacePickerProps {
  readonly places: readonly string[];
  readonly place?: string;
}

/** The places that a board can be looked at for. */
export function PlacePicker({ places, place }: PlacePickerProps) {
  const t = useMessages(messages);
  const [, go] = useSearchText('at');
  if (places.length === 0) return <Text>{t.noPlace}</Text>;
  if (places.length > mostLinks) {
    return (
      <NativeSelect
        aria-label={t.places}
        className={classes.select}
        data={places}
        value={place}
        onChange={({ currentTarget: { value } }) => go(value)}
      />
    );
  }
  return (
    <nav className={classes.places} aria-label={t.places}>
      {places.map((each) => (
        <Link
          key={each}
          to="."
          search={(search: Search) => ({ ...search, at: each })}
          resetScroll={false}
          className={classes.place}
          aria-current={each === place ? 'true' : undefined}
          data-chosen={each === place || undefined}
        >
          <bdi data-td-text>{each}</bdi>
        </Link>
      ))}
    </nav>
  );
}
