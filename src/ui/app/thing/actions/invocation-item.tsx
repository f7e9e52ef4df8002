import { Button, Group, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconPlayerPlay,
} from '@tabler/icons-react';
import type { ActionAffordance } from '../../../../contracts/td.ts';
import { isJsonObject } from '../../../../td/json-object.ts';
import { useKeptFocus } from '../../controls/use-kept-focus.ts';
import { useMessages } from '../../language/language.tsx';
import type { ActionStatus, LiveThing } from '../../live/live.ts';
import { answeredError } from '../../live/problems.ts';
import { problemIn } from '../../notices/problem-in.ts';
import { ProblemNotice } from '../../notices/problem-notice.tsx';
import { ValueText } from '../../values/property-value.tsx';
import { messages } from '../messages.ts';
import { useClockTime } from '../use-clock-time.ts';
import { useMilliseconds } from '../use-milliseconds.ts';
import classes from './actions.module.css';
import { useCancel } from './use-invocations.ts';

/** An invocation as it is told, or as it was when it was cancelled here. */
export type ShownInvocation = Omit<ActionStatus, 'status'> & {
  readonly status: ActionStatus['status'] | 'cancelled';
};

const icons = {
  pending: IconClock,
  running: IconPlayerPlay,
  completed: IconCircleCheck,
  failed: IconAlertTriangle,
  cancelled: IconCircleX,
} as const;

interface InvocationItemProps {
  readonly thing: LiveThing;
  readonly title: string;
  readonly action: ActionAffordance;
  readonly invocation: ShownInvocation;
  /** It was cancelled: the servient knows it no more. */
  cancelled(invocation: ShownInvocation): void;
  /** What was cancelled need not be shown any more. */
  forget(invocation: ShownInvocation): void;
}

/** One invocation: how it stands, since when, what came of it; a button that ends or forgets it. */
export function InvocationItem({ thing, title, action, invocation, ...tell }: InvocationItemProps) {
  const t = useMessages(messages);
  const { status, output, error } = invocation;
  const active = status === 'pending' || status === 'running';
  const cancel = useCancel(thing, () => active && tell.cancelled(invocation));
  const kept = useKeptFocus<HTMLDivElement>();
  const Icon = icons[status];
  return (
    <div {...kept} className={classes.item} data-status={status}>
      <Group gap={6} wrap="nowrap" justify="space-between">
        <Text size="sm" component="div" className={classes.status}>
          <Icon size={16} aria-hidden />
          <strong>{t[status]}</strong>
          <Times invocation={invocation} />
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          className={classes.button}
          loading={cancel.isPending}
          onClick={() => (status === 'cancelled' ? tell.forget(invocation) : cancel.mutate(invocation))}
          aria-label={(active ? t.cancelNamed : t.forgetNamed)(title.slice(0, 200))}
        >
          {active ? t.cancel : t.forget}
        </Button>
      </Group>
      {output === undefined ? null : <ValueText schema={action.output ?? {}} value={output} />}
      {error === undefined ? null : <Failure error={error} />}
      {cancel.error ? <ProblemNotice problem={problemIn(cancel.error)} /> : null}
    </div>
  );
}

function Times({
  invocation: { status, timeRequested = '', timeEnded },
}: Pick<InvocationItemProps, 'invocation'>) {
  const t = useMessages(messages);
  const clockTime = useClockTime();
  const milliseconds = useMilliseconds();
  const begun = Date.parse(timeRequested);
  if (status === 'cancelled') return <span>{clockTime(begun)}</span>;
  const took = timeEnded === undefined ? Number.NaN : Date.parse(timeEnded) - begun;
  return (
    <span>
      {Number.isNaN(took) ? t.since(clockTime(begun)) : `${clockTime(begun)}, ${t.took(milliseconds(took))}`}
    </span>
  );
}

function Failure({ error }: { readonly error: unknown }) {
  if (isJsonObject(error) && typeof error['title'] === 'string')
    return <ProblemNotice problem={answeredError(error).problem} />;
  return (
    <Text size="sm" lineClamp={4}>
      {typeof error === 'string' ? error : JSON.stringify(error)}
    </Text>
  );
}
