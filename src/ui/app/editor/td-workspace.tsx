import { useSearchText } from '../thing/use-search-text.ts';
import { EditorToolbar } from './editor-toolbar.tsx';
import { MadeView } from './made-view.tsx';
import { SourceView } from './source-view.tsx';
import { useDraft } from './use-draft.ts';
import { ViewTabs } from './view-tabs.tsx';
import { viewOf } from './views.ts';

/** A TD that is worked on. */
export interface Opened {
  /** What drafts of it are kept under. */
  readonly key: string;
  readonly text: string;
  /** Where it was found: relative addresses in it start there. */
  readonly address?: string;
  /** The name of the hosted Thing that it is of. */
  readonly thing?: string;
}

/** An editor with views and a panel to try what is written; give it the key of what is opened as `key`. */
export function TdWorkspace({ opened }: { readonly opened: Opened }) {
  const [as, choose] = useSearchText('as');
  const view = viewOf(as);
  const draft = useDraft(opened.key, opened.text);
  return (
    <ViewTabs
      view={view}
      choose={(next) => choose(next === 'source' ? undefined : next)}
      isChanged={draft.isChanged}
      tools={<EditorToolbar view={view} draft={draft} />}
    >
      {view === 'source' ? (
        <SourceView opened={opened} draft={draft} />
      ) : (
        <MadeView key={view} view={view} text={draft.text} before={opened.text} />
      )}
    </ViewTabs>
  );
}
