import { type Icon, IconBolt, IconGauge, IconPlayerPlay } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { ThingSummary } from '../../../page-data.ts';
import { useMessages } from '../../language/language.tsx';
import { recentThings } from '../recent-things.ts';
import { useCommands } from './commands.ts';
import { type FoundGroup, foundBy, foundForVerb } from './found-search.ts';
import { messages } from './messages.ts';
import { SearchIndex } from './search-index.ts';
import type { Found, FoundKind } from './thing-documents.ts';
import { useFoundActions, useFoundTitle } from './use-found-actions.tsx';

/** Something to choose; it has the icon of a Thing, or one of its own. */
export interface Result {
  readonly key: string;
  readonly title: string;
  readonly detail?: string;
  readonly thing?: ThingSummary;
  readonly icon?: Icon;
  run(): void;
}

export interface ResultGroup {
  readonly title: string;
  readonly results: readonly Result[];
}

const icons: Readonly<Record<Exclude<FoundKind, 'thing'>, Icon>> = {
  property: IconGauge,
  action: IconPlayerPlay,
  event: IconBolt,
};

/** What the query finds; without one the Things visited last and all commands. */
export function useResults(query: string, things: readonly ThingSummary[]): readonly ResultGroup[] {
  const t = useMessages(messages);
  const groupOf = useFoundGroup();
  const commands = useFoundCommands(query);
  const groups = useMemo(
    () => [
      ...foundForVerb(query, things, { read: t.readWords, console: t.consoleWords, copy: t.copyWords }),
      ...foundBy(query, things),
    ],
    [query, things, t],
  );
  const found = query.trim() === '' ? recent(things) : groups;
  return [...found.map((group) => groupOf(group, query)), { title: t.command, results: commands }].filter(
    ({ results }) => results.length > 0,
  );
}

function recent(things: readonly ThingSummary[]): readonly FoundGroup[] {
  const found = recentThings().flatMap((name) => {
    const thing = things.find((each) => each.name === name);
    return thing ? [{ kind: 'thing' as const, thing }] : [];
  });
  return [{ found, score: 0 }];
}

function useFoundGroup(): (group: FoundGroup, query: string) => ResultGroup {
  const t = useMessages(messages);
  const titleOf = useFoundTitle();
  const act = useFoundActions();
  const resultOf = (found: Found, verb: FoundGroup['verb']): Result => ({
    key: [verb, found.kind, found.thing.name, found.affordance?.name].join(' '),
    title: verb ? t[verb](titleOf(found)) : titleOf(found),
    detail: found.thing.location,
    ...(found.kind === 'thing' ? { thing: found.thing } : { icon: icons[found.kind] }),
    run: () => act(found, verb),
  });
  return ({ found, verb }, query) => ({
    title: verb ? t.command : query.trim() === '' ? t.recent : t[found[0]?.kind ?? 'thing'],
    results: found.map((each) => resultOf(each, verb)),
  });
}

function useFoundCommands(query: string): readonly Result[] {
  const commands = useCommands();
  const results = commands.map((command) => ({ ...command, key: command.title }));
  if (query.trim() === '') return results;
  const index = new SearchIndex(
    commands.map(({ title, words }) => ({ group: 'command', names: [title], more: words })),
  );
  return (index.find(query, 10).get('command') ?? []).flatMap(({ document }) => results[document] ?? []);
}
