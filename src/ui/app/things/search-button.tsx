import { Button, Kbd } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';
import classes from './things.module.css';

const load = () => import('./search/search-dialog.tsx');
const SearchDialog = lazy(() => load().then(({ SearchDialog: dialog }) => ({ default: dialog })));
const ignore = () => {};
const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Opens the search, as Ctrl-K (Cmd-K) does anywhere. */
export function SearchButton() {
  const t = useMessages(messages);
  const [opened, setOpened] = useState(false);
  // What cannot be loaded the page says by itself.
  const open = () => void load().then(() => setOpened(true), ignore);
  useHotkeys([['mod+K', () => (opened ? setOpened(false) : open())]], [], true);
  return (
    <>
      <Button
        variant="default"
        className={classes.search}
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={
          <Kbd size="xs" visibleFrom="sm">
            {mac ? '⌘ K' : t.ctrlK}
          </Kbd>
        }
        aria-label={t.searchAll}
        aria-keyshortcuts={mac ? 'Meta+K' : 'Control+K'}
        onPointerEnter={() => void load().catch(ignore)}
        onFocus={() => void load().catch(ignore)}
        onClick={open}
      >
        {t.search}
      </Button>
      <Suspense>{opened ? <SearchDialog close={() => setOpened(false)} /> : null}</Suspense>
    </>
  );
}
