import { Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { ThingDescription } from '../../../contracts/td.ts';
import type { ExchangeRequest } from '../../page-data.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import { Empty } from '../notices/empty.tsx';
import { ProblemNotice } from '../notices/problem-notice.tsx';
import { Answer, VerdictText } from './answer.tsx';
import classes from './console.module.css';
import { type ExchangeLog, outcomeOf } from './exchange-log.ts';
import type { PastCall } from './history.ts';
import { HistoryList } from './history-list.tsx';
import { messages } from './messages.ts';
import { milliseconds } from './milliseconds.ts';
import { outcomeLooks } from './outcome-looks.ts';
import { StreamLog } from './stream-log.tsx';
import type { Calls } from './use-calls.ts';
import { WireView } from './wire-view.tsx';

interface ExchangeProps {
  readonly td: ThingDescription;
  readonly calls: Calls;
  again(call: PastCall): void;
}

/** What was exchanged: the answer or the log of a stream, every message of the wire, and the calls before. */
export function ExchangePanel({ td, calls, again }: ExchangeProps) {
  const t = useMessages(messages);
  const { log } = calls;
  const panel = useShownWhenSent(log);
  return (
    <section className={`${classes.panel} ${classes.exchange}`} aria-label={t.exchange} ref={panel}>
      <Group justify="space-between" gap="xs">
        <Title order={2} size="h4">
          {t.exchange}
        </Title>
        {log && <State log={log} />}
      </Group>
      {log && <What request={log.request} />}
      {log === undefined ? (
        <Empty text={t.nothingSent}>
          <span className={classes.quiet}>{t.runHint}</span>
        </Empty>
      ) : (
        <Stack>
          {log.chosen?.input?.fits === false && (
            <VerdictText verdict={log.chosen.input} title={t.misfitSent} />
          )}
          {log.problem && <ProblemNotice problem={log.problem} />}
          {log.result && <Answer td={td} request={log.request} result={log.result} />}
          {isStream(log) && <StreamLog key={log.startedAt} td={td} log={log} />}
          <WireView log={log} />
        </Stack>
      )}
      <HistoryList calls={calls} again={again} />
    </section>
  );
}

/** On a narrow page the answer comes below the fold, where nobody would see it. */
function useShownWhenSent(log: ExchangeLog | undefined) {
  const panel = useRef<HTMLElement>(null);
  const sentAt = log?.startedAt;
  useEffect(() => {
    const top = sentAt === undefined ? 0 : (panel.current?.getBoundingClientRect().top ?? 0);
    if (top > innerHeight * 0.8) panel.current?.scrollIntoView({ block: 'start' });
  }, [sentAt]);
  return panel;
}

/** Which call it was: what is tried now may be another one. */
function What({ request: { op, name } }: { readonly request: ExchangeRequest }) {
  const t = useMessages(messages);
  return (
    <Text size="sm" className={classes.what}>
      {t[op as keyof typeof t] as string} {name !== undefined && <code>{name}</code>}
    </Text>
  );
}

function isStream({ request: { op } }: ExchangeLog): boolean {
  return /^(observe|subscribe)/.test(op);
}

function State({ log }: { readonly log: ExchangeLog }) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const outcome = outcomeOf(log);
  const key = log.state === 'streaming' && outcome === 'ok' ? 'streaming' : outcome;
  const { icon: Icon, state } = outcomeLooks[key];
  const words = key !== 'ok' ? t[key] : isStream(log) ? t.ended : t.answered;
  return (
    <span className={classes.state} data-state={state} role="status">
      <Icon size={16} aria-hidden /> {words}
      {log.ms !== undefined && <span className={classes.quiet}>{milliseconds(log.ms, language)}</span>}
    </span>
  );
}
