import { ActionIcon, Text, Title } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useLanguage, useMessages } from '../language/language.tsx';
import classes from './console.module.css';
import type { PastCall } from './history.ts';
import { messages } from './messages.ts';
import { milliseconds } from './milliseconds.ts';
import { outcomeLooks } from './outcome-looks.ts';
import type { Calls } from './use-calls.ts';

interface HistoryProps {
  readonly calls: Calls;
  /** Puts it into the fields and sends it. */
  again(call: PastCall): void;
}

/** The calls of this tab, to be sent again. */
export function HistoryList({ calls, again }: HistoryProps) {
  const t = useMessages(messages);
  return (
    <section className={classes.history}>
      <Title order={3} size="h6">
        {t.history}
      </Title>
      {calls.past.length === 0 && <Text size="sm">{t.noHistory}</Text>}
      <ol>
        {calls.past.map((call) => (
          <Past key={`${call.at} ${call.request.op} ${call.request.name}`} call={call} again={again} />
        ))}
      </ol>
    </section>
  );
}

function Past({ call, again }: { readonly call: PastCall } & Pick<HistoryProps, 'again'>) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const { at, request, outcome, ms, secret } = call;
  const { icon: Icon, state } = outcomeLooks[outcome];
  const label = `${t[request.op as keyof typeof t]} ${request.name ?? ''}`;
  return (
    <li className={classes.past}>
      <span className={classes.state} data-state={state}>
        <Icon size={16} role="img" aria-label={t[outcome]} />
      </span>
      <time className={classes.quiet} dateTime={new Date(at).toISOString()}>
        {new Date(at).toLocaleTimeString(language, { hour12: false })}
      </time>
      <span className={classes.clip}>
        {label} <code>{request.input === undefined ? '' : JSON.stringify(request.input)}</code>
      </span>
      <span className={classes.quiet}>{ms === undefined ? '' : milliseconds(ms, language)}</span>
      <ActionIcon
        variant="subtle"
        size={28}
        aria-label={`${t.again}: ${label}`}
        title={secret ? t.secret : t.again}
        onClick={() => again(call)}
      >
        <IconRefresh size={16} aria-hidden />
      </ActionIcon>
    </li>
  );
}
