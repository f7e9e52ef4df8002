import { Button, Group, Select, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import type { ThingDescription } from '../../../contracts/td.ts';
import type { FetchedTd } from '../../page-data.ts';
import { json } from '../api/api.ts';
import { ApiError } from '../api/api-error.ts';
import { useTd, useThings } from '../api/things.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { problemIn } from '../notices/problem-in.ts';
import { ProblemNotice } from '../notices/problem-notice.tsx';
import { useTitle } from '../shell/use-title.ts';
import classes from './console.module.css';
import { messages } from './messages.ts';
import { ThingConsole } from './thing-console.tsx';

/** The console for any TD: that at `?url=`, or that of the hosted Thing `?thing=`. */
export function ConsolePage() {
  const { url, thing }: { readonly url?: unknown; readonly thing?: unknown } = useSearch({ strict: false });
  if (typeof url === 'string' && url !== '') return <ForeignConsole key={url} url={url} />;
  if (thing !== undefined && thing !== '') return <HostedConsole key={String(thing)} name={String(thing)} />;
  return <Start />;
}

function Start() {
  const t = useMessages(messages);
  useTitle(t.console);
  return (
    <Stack maw={640}>
      <Title order={1}>{t.console}</Title>
      <Text>{t.intro}</Text>
      <AddressForm />
      <ThingChoice />
    </Stack>
  );
}

function AddressForm({ initial = '' }: { readonly initial?: string }) {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const [address, setAddress] = useState(initial);
  const open = (event: SubmitEvent) => {
    event.preventDefault();
    if (address.trim() !== '') void navigate({ to: '/app/console', search: { url: address.trim() } });
  };
  return (
    <form onSubmit={open}>
      <Group align="end">
        <TextInput
          flex={1}
          miw={240}
          inputMode="url"
          label={t.address}
          description={t.addressHelp}
          placeholder="http://device.local/td"
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <Button type="submit">{t.open}</Button>
      </Group>
    </form>
  );
}

function ThingChoice() {
  const t = useMessages(messages);
  const text = useTdText();
  const navigate = useNavigate();
  const { data } = useThings();
  if (data === undefined || data.things.length === 0) return null;
  return (
    <Select
      searchable
      label={t.orThing}
      placeholder={t.pickThing}
      limit={100}
      data={data.things.map((thing) => ({ value: thing.name, label: text(thing, thing.name).title }))}
      onChange={(thing) => void navigate({ to: '/app/console', search: thing === null ? {} : { thing } })}
    />
  );
}

function HostedConsole({ name }: { readonly name: string }) {
  const { data, error } = useTd(name);
  return <Found td={data} error={error} name={name} />;
}

function ForeignConsole({ url }: { readonly url: string }) {
  const { data, error } = useQuery({
    queryKey: ['foreign-td', url],
    queryFn: ({ signal }) => json<FetchedTd>('app/api/td/fetch', { method: 'POST', body: { url }, signal }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  // It is JSON, and no TD.
  const unfit = data?.problem && new ApiError(200, data.problem);
  return <Found td={data?.td} error={error ?? unfit ?? null} name={url} url={url} />;
}

interface FoundProps {
  readonly td: ThingDescription | undefined;
  readonly error: Error | null;
  readonly name: string;
  readonly url?: string;
}

function Found({ td, error, name, url }: FoundProps) {
  const t = useMessages(messages);
  const text = useTdText();
  const title = td ? text(td, name).title : t.console;
  useTitle(title.slice(0, 200));
  if (error && !td) return <NotFound error={error} url={url} />;
  if (!td) {
    return (
      <Stack aria-busy>
        <Title order={1}>{t.console}</Title>
        <Text role="status">{t.loading}</Text>
        <Skeleton height={320} />
      </Stack>
    );
  }
  return (
    <Stack>
      <div>
        <Text component="h1" fz="h2" fw={700} lh={1.3} lineClamp={2} data-td-text dir="auto">
          {title}
        </Text>
        {url && <Text className={classes.href}>{url}</Text>}
      </div>
      <ThingConsole td={td} name={name} url={url} />
    </Stack>
  );
}

function NotFound({ error, url }: { readonly error: Error; readonly url: string | undefined }) {
  const t = useMessages(messages);
  const problem = problemIn(error);
  const isOff = problem.code === 'FOREIGN_THINGS_OFF';
  return (
    <Stack maw={720}>
      <Title order={1}>{isOff ? t.foreignOff : t.console}</Title>
      {isOff ? <Text>{t.foreignOffHelp}</Text> : <ProblemNotice problem={problem} />}
      {!isOff && <AddressForm initial={url} />}
      <ThingChoice />
    </Stack>
  );
}
