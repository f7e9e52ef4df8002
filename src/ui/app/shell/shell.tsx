import { AppShell } from '@mantine/core';
import { Outlet, useRouterState, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useMessages } from '../language/language.tsx';
import { useDeviceFaults } from '../live/use-device-faults.ts';
import { useVisits } from '../things/recent-things.ts';
import { Header } from './header.tsx';
import { messages } from './messages.ts';
import { Navigation } from './navigation.tsx';
import { PageShortcuts } from './page-shortcuts.tsx';
import classes from './shell.module.css';

/** The frame of every page: header, navigation at the side (at the bottom of small screens), content; with `?kiosk=` the content alone. */
export function Shell() {
  const t = useMessages(messages);
  const main = useRef<HTMLElement>(null);
  const alone = useSearch({ strict: false, select: (search) => search['kiosk'] !== undefined });
  useFocusOnNavigation(main);
  useDeviceFaults();
  useVisits();
  return (
    <AppShell
      disabled={alone}
      header={{ height: 56 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: true } }}
      padding="md"
    >
      <button type="button" className="skip-link" onClick={() => main.current?.focus()}>
        {t.skip}
      </button>
      <AppShell.Header>
        <Header />
      </AppShell.Header>
      <AppShell.Navbar p="xs" className={classes.side} aria-label={t.navigation}>
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main ref={main} id="main" tabIndex={-1} className={classes.main}>
        <Outlet />
      </AppShell.Main>
      <PageShortcuts />
      {alone ? null : (
        <nav className={classes.bottom} aria-label={t.navigation}>
          <Navigation compact />
        </nav>
      )}
    </AppShell>
  );
}

/** Who reads by ear is at the new page when the address has changed (WCAG 2.4.3). */
function useFocusOnNavigation(main: { readonly current: HTMLElement | null }): void {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const last = useRef(path);
  useEffect(() => {
    if (last.current !== undefined && last.current !== path) main.current?.focus({ preventScroll: true });
    last.current = path;
  }, [path, main]);
}
