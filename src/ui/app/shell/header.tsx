import { Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { SearchButton } from '../things/search-button.tsx';
import { ConnectionState } from './connection-state.tsx';
import classes from './header.module.css';
import { Preferences } from './preferences.tsx';

/** The brand, the search, the state of the stream and what the reader prefers. */
export function Header() {
  return (
    <Group h="100%" px="md" justify="space-between" wrap="nowrap">
      <Link to="/" className={classes.brand} aria-label="Thingwright">
        <img src="icon.svg" alt="" width={28} height={28} />
        <Text fw={650} size="lg" visibleFrom="xs">
          Thingwright
        </Text>
      </Link>
      <Group gap="xs" wrap="nowrap">
        <SearchButton />
        <ConnectionState />
        <Preferences />
      </Group>
    </Group>
  );
}
