import { VisuallyHidden } from '@mantine/core';
import {
  IconAlertCircle,
  IconClockPause,
  IconPlugConnectedX,
  IconPointFilled,
  IconQuestionMark,
  IconSend2,
} from '@tabler/icons-react';
import type { PropertyAffordance } from '../../../contracts/td.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import type { LiveValue, ValueState as State } from '../live/live.ts';
import { isUnsettled } from '../live/problems.ts';
import { reasonOf } from '../notices/reason-of.ts';
import { messages } from './messages.ts';
import { timeText } from './time-text.ts';
import { useAge } from './use-age.ts';
import { useWholeText } from './use-value-text.ts';
import classes from './values.module.css';

const icons: Readonly<Record<State, typeof IconSend2>> = {
  fresh: IconPointFilled,
  stale: IconClockPause,
  pending: IconSend2,
  rejected: IconAlertCircle,
  unknown: IconQuestionMark,
  unreachable: IconPlugConnectedX,
};

interface StateProps {
  readonly schema: PropertyAffordance;
  readonly live: LiveValue;
  readonly compact?: boolean;
}

/** How well a value is known, and since when; the whole in its title. */
export function ValueState({ schema, live, compact = false }: StateProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const age = useAge(live.at, language);
  const requested = useRequested(schema, live);
  const Icon = icons[live.state];
  const reason = live.problem && reasonOf(live.problem, language);
  const at = live.at === undefined ? undefined : timeText(live.at, language);
  const polled =
    live.polled === undefined ? undefined : t.polled((live.polled / 1000).toLocaleString(language));
  const word = wordOf(live);
  const title = [t[word], requested, reason, age, at, polled].filter(Boolean).join(' · ');
  return (
    <span className={classes.state} data-state={live.state} title={title}>
      <Icon size={live.state === 'fresh' ? 10 : 15} aria-hidden />
      {compact ? (
        <VisuallyHidden>{[t[word], requested].filter(Boolean).join(' ')}</VisuallyHidden>
      ) : (
        <span className={classes.stateText} dir="auto">
          {word === 'fresh' ? <VisuallyHidden>{t.fresh} </VisuallyHidden> : <b>{t[word]}</b>}
          {requested === undefined ? null : <span className={classes.ghost}>{requested}</span>}
          {reason ? <span className={classes.cut}>{reason}</span> : null}
          {age === undefined ? null : <span>{age}</span>}
        </span>
      )}
    </span>
  );
}

/** A Thing that answers, but not with a value, is not away; what it never answered, it did not refuse. */
function wordOf({ state, problem }: LiveValue): State | 'unreadable' | 'unsettled' {
  if (state === 'rejected' && problem && isUnsettled(problem)) return 'unsettled';
  const isAway = problem?.kind === 'unavailable' || problem?.kind === 'timeout';
  return state === 'unreachable' && !isAway ? 'unreadable' : state;
}

function useRequested(schema: PropertyAffordance, { state, requested }: LiveValue): string | undefined {
  const text = useWholeText();
  const wanted = (state === 'pending' || state === 'rejected') && requested !== undefined;
  return wanted ? `→ ${text(schema, requested)}` : undefined;
}
