import { Tabs } from '@mantine/core';
import { IconCode, IconLayoutGrid, IconTerminal2 } from '@tabler/icons-react';
import { lazy, Suspense, useMemo } from 'react';
import type { ThingDescription } from '../../../contracts/td.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import type { LiveThing } from '../live/live.ts';
import { Guarded } from '../notices/guarded.tsx';
import { useTitle } from '../shell/use-title.ts';
import { messages } from './messages.ts';
import { ThingHeader } from './thing-header.tsx';
import { ThingOverview } from './thing-overview.tsx';
import { useSearchText } from './use-search-text.ts';
import { ViewSkeleton } from './view-skeleton.tsx';

const ThingConsole = lazy(async () => ({
  default: (await import('../console/thing-console.tsx')).ThingConsole,
}));
const ThingTd = lazy(async () => ({ default: (await import('../editor/thing-td.tsx')).ThingTd }));

const views = [
  { view: 'overview', icon: IconLayoutGrid },
  { view: 'console', icon: IconTerminal2 },
  { view: 'td', icon: IconCode },
] as const;

interface ThingViewProps {
  readonly td: ThingDescription;
  readonly name: string;
}

/** A Thing whose TD is known: header and views, the chosen one in `?view=`. */
export function ThingView({ td, name }: ThingViewProps) {
  const t = useMessages(messages);
  const text = useTdText()(td, name);
  const [chosen, choose] = useSearchText('view', { back: true });
  const view = views.find((each) => each.view === chosen)?.view ?? 'overview';
  useTitle(text.title.slice(0, 200));
  return (
    <>
      <Guarded what={text.title}>
        <ThingHeader td={td} name={name} />
      </Guarded>
      <Tabs
        value={view}
        onChange={(next) => choose(next === 'overview' ? undefined : (next ?? undefined))}
        keepMounted={false}
      >
        <Tabs.List aria-label={t.views} mb="md">
          {views.map(({ view: each, icon: Icon }) => (
            <Tabs.Tab key={each} value={each} leftSection={<Icon size={16} aria-hidden />} mih={44}>
              {t[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={view}>
          <Guarded what={t[view]}>
            <Suspense fallback={<ViewSkeleton />}>
              <View view={view} td={td} name={name} />
            </Suspense>
          </Guarded>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function View({ view, td, name }: ThingViewProps & { readonly view: (typeof views)[number]['view'] }) {
  const { id = '', title } = td;
  const thing: LiveThing = useMemo(() => ({ id, title, name }), [id, title, name]);
  if (view === 'console') return <ThingConsole td={td} name={name} />;
  if (view === 'td') return <ThingTd td={td} name={name} />;
  return <ThingOverview td={td} thing={thing} />;
}
