import { useMediaQuery } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import type { ThingDescription } from '../../../contracts/td.ts';
import { Guarded } from '../notices/guarded.tsx';
import { AffordanceTree } from './affordance-tree.tsx';
import classes from './console.module.css';
import { ExchangePanel } from './exchange-panel.tsx';
import type { PastCall } from './history.ts';
import { draftOf, draftSearch, readSelection, searchOf } from './selection.ts';
import { TryPanel } from './try-panel.tsx';
import { type Calls, useCalls } from './use-calls.ts';

/** What a console talks to: a hosted Thing by its name, another one by the address of its TD. */
export interface ConsoleThing {
  readonly td: ThingDescription;
  readonly name: string;
  readonly url?: string;
}

/** Every operation of a Thing, made from its TD alone: what to try, what to send, what was exchanged. */
export function ThingConsole({ td, name, url }: ConsoleThing) {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const selection = readSelection(td, search);
  const calls = useCalls(url === undefined ? { thing: name } : { url });
  const isWide = useMediaQuery('(min-width: 48em)', true, { getInitialValueInEffect: false });
  const stopOnEscape = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) calls.stop();
  };
  const { round, again } = useAgain(calls);
  const key = [round, selection.kind, selection.name, selection.op].join(' ');
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of what is inside
    <div className={classes.console} onKeyDown={stopOnEscape}>
      <Guarded what={name}>
        <AffordanceTree td={td} selection={selection} isWide={isWide} />
      </Guarded>
      <Guarded what={name}>
        <TryPanel key={key} td={td} name={name} url={url} selection={selection} calls={calls} />
      </Guarded>
      <Guarded what={name}>
        <ExchangePanel td={td} calls={calls} again={again} />
      </Guarded>
    </div>
  );
}

/** Sends a call of before once more, with its input back in the fields; these are new ones each `round`. */
function useAgain(calls: Calls) {
  const navigate = useNavigate();
  const [round, setRound] = useState(0);
  const again = async ({ request, secret }: PastCall) => {
    const { op, form } = request;
    const search = { ...searchOf(request), ...draftSearch(draftOf(request)), op, form };
    await navigate({ to: '.', search: (s: object) => ({ ...s, ...search }), resetScroll: false });
    setRound((last) => last + 1);
    if (!secret) calls.run(request);
  };
  return { round, again };
}
