import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { DataSchema } from '../../../../contracts/td.ts';
import { at } from '../../api/api.ts';
import { tdQuery } from '../../api/things.ts';
import { useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import { useLive } from '../../live/use-live.ts';
import { problemIn } from '../../notices/problem-in.ts';
import { copyText } from '../../notices/use-copy.ts';
import { ValueText } from '../../values/property-value.tsx';
import type { Verb } from './found-search.ts';
import { messages } from './messages.ts';
import type { Found } from './thing-documents.ts';

const kinds = { property: 'properties', action: 'actions', event: 'events' } as const;

/** What is done with what was found: opened, unless a verb asks for something else. */
export function useFoundActions(): (found: Found, verb: Verb | undefined) => void {
  const navigate = useNavigate();
  const read = useRead();
  const copy = useCopy();
  const open = (name: string, search: Readonly<Record<string, string>>) =>
    void navigate({ to: '/things/$name', params: { name }, search });
  return ({ kind, thing, affordance }, verb) => {
    if (verb === 'read' && affordance) return void read({ kind, thing, affordance });
    if (verb === 'copy')
      return void copy(new URL(at(`things/${encodeURIComponent(thing.name)}`), origin).href);
    const place = kind === 'thing' ? undefined : { kind: kinds[kind], affordance: affordance?.name ?? '' };
    if (verb === 'console') return open(thing.name, { view: 'console', ...place });
    open(thing.name, affordance ? { [kind]: affordance.name } : {});
  };
}

/** What is found, in the reader's language: `Level · Zone 1 heater`. */
export function useFoundTitle(): (found: Found) => string {
  const t = useMessages(messages);
  const text = useTdText();
  return ({ thing, affordance }) => {
    const { title } = text(thing, thing.name);
    return affordance ? t.ofThing(text(affordance, affordance.name).title, title) : title;
  };
}

/** Reads a property and shows the value beside the page. */
function useRead() {
  const t = useMessages(messages);
  const titleOf = useFoundTitle();
  const live = useLive();
  const queries = useQueryClient();
  return async (found: Found) => {
    const { thing, affordance } = found;
    const name = affordance?.name ?? '';
    const title = titleOf(found);
    try {
      const [td, value] = await Promise.all([
        queries.fetchQuery({ ...tdQuery(thing.name), staleTime: 60_000 }),
        live.read(thing, name),
      ]);
      const schema: DataSchema = td.properties?.[name] ?? {};
      notifications.show({ title, message: <Value schema={schema} value={value} /> });
    } catch (error) {
      const problem = problemIn(error);
      notifications.show({
        color: 'red',
        title: t.notRead(title),
        message: problem.detail ?? problem.title,
      });
    }
  };
}

/** Not as pale as the messages beside it. */
function Value(props: { readonly schema: DataSchema; readonly value: unknown }) {
  return (
    <Text span c="var(--mantine-color-text)">
      <ValueText {...props} />
    </Text>
  );
}

function useCopy() {
  const t = useMessages(messages);
  return async (address: string) => {
    const copied = await copyText(address);
    notifications.show({ title: copied ? t.copied : t.notCopied, message: address });
  };
}
