import { Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { ownMember } from '../../../td/json-object.ts';
import type { ExchangeRequest } from '../../page-data.ts';
import { at } from '../api/api.ts';
import { useMessages } from '../language/language.tsx';
import classes from './console.module.css';
import { CopyIcon } from './copy-icon.tsx';
import { messages } from './messages.ts';
import { requestOf, type Taken } from './operation.ts';
import type { Draft } from './selection.ts';
import { type Call, invocationForm } from './snippets/call.ts';
import { type SnippetKind, snippetsOf } from './snippets/snippets.ts';
import type { ConsoleThing } from './thing-console.tsx';
import type { Forms } from './use-forms.ts';

interface CopyProps extends ConsoleThing {
  readonly base: ExchangeRequest;
  readonly taken: Taken;
  readonly draft: Draft;
  readonly forms: Forms;
}

const labels: Readonly<Record<SnippetKind, string>> = {
  curl: 'curl',
  'coap-client': 'coap-client',
  mosquitto: 'mosquitto',
  wot: 'wot',
  typescript: 'TypeScript',
};

/** The same call for a terminal or a program. */
export function CopyAs(props: CopyProps) {
  const t = useMessages(messages);
  const [wanted, setWanted] = useState<string>();
  const call = callOf(props);
  const snippets = call ? snippetsOf(call) : [];
  const shown = snippets.find(({ kind }) => kind === wanted) ?? snippets[0];
  return (
    <Stack gap="xs" className={classes.copy}>
      <Group justify="space-between">
        <Title order={3} size="h6">
          {t.copyAs}
        </Title>
        {shown && <CopyIcon text={shown.text} />}
      </Group>
      {shown === undefined ? (
        <Text size="sm">{t.noSnippet}</Text>
      ) : (
        <>
          <SegmentedControl
            size="xs"
            aria-label={t.program}
            value={shown.kind}
            onChange={setWanted}
            data={snippets.map(({ kind }) => ({ value: kind, label: labels[kind] }))}
          />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
          <pre className={`${classes.code} ${classes.command}`} tabIndex={0}>
            {shown.text}
          </pre>
        </>
      )}
    </Stack>
  );
}

/** What is put together as a call; undefined where something of it is missing. */
function callOf({ td, name, url, base, taken, draft, forms }: CopyProps): Call | undefined {
  const made = requestOf(base, taken, draft);
  const address = url ?? new URL(at(`things/${encodeURIComponent(name)}`), window.location.href).href;
  const { op, kind, name: affordance = '' } = base;
  const form = forms.offered[forms.chosen]?.form ?? invocationForm(draft.invocation.trim(), address);
  if (made === undefined) return undefined;
  const { uriVariables, input, names, invocation } = made;
  return {
    ...{ address, op, form, uriVariables, input, names, invocation },
    ...(kind && { kind, name: affordance }),
    isPreferred: forms.chosen === forms.preferred,
    hasTwin: forms.offered.filter((other) => other.form.href === form.href).length > 1,
    isAsynchronous: kind === 'actions' && ownMember(td.actions, affordance)?.synchronous === false,
  };
}
