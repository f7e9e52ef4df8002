import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMessages } from '../language/language.tsx';
import classes from './editor.module.css';
import { messages } from './messages.ts';
import { type EditorView, editorViews, viewOf } from './views.ts';

interface ViewTabsProps {
  readonly view: EditorView;
  /** Whether there is something to see among the changes. */
  readonly isChanged: boolean;
  /** Beside the tabs. */
  readonly tools: ReactNode;
  readonly children: ReactNode;
  choose(view: EditorView): void;
}

/** The text itself and what can be made of it, one at a time. */
export function ViewTabs({ view, isChanged, tools, children, choose }: ViewTabsProps) {
  const t = useMessages(messages);
  return (
    <Tabs value={view} onChange={(next) => choose(viewOf(next ?? undefined))} variant="pills">
      <div className={classes.bar}>
        <Tabs.List aria-label={t.views} className={classes.tabs}>
          {editorViews.map((each) => (
            <Tabs.Tab key={each} value={each} className={classes.tab}>
              {each === 'diff' && isChanged ? `${t.diff} •` : t[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tools}
      </div>
      <Tabs.Panel value={view} className={classes.panel}>
        {children}
      </Tabs.Panel>
    </Tabs>
  );
}
