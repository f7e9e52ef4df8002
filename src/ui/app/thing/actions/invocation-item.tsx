import { Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconClock, IconPlayerPlay } from '@tabler/icons-react';
import type { Problem } from '../../../../contracts/errors.ts';
import type { ActionAffordance } from '../../../../contracts/td.ts';
import { isJsonObject } from '../../../../td/json-object.ts';
import { ApiError } from '../../api/api-error.ts';
import { useMessages } from '../../language/language.tsx';
import type { ActionStatus, LiveThing } from '../../live/live.ts';
import { ProblemNotice } from '../../notices/problem-notice.tsx';
import { ValueText } from '../../values/property-value.tsx';
import { messages } from '../messages.ts';
import { useClockTime } from '../use-clock-time.ts';
import { useMilliseconds } from '../use-milliseconds.ts';
import classes from './actions.module.css';
import { useCancel } from './use-invocations.ts';

const icons = {
  pending: IconClock,
  running: IconPlayerPlay,
  completed: IconCircleCheck,
  failed: IconAlertTriangle,
} as const;

interface InvocationItemProps {
  readonly thing: LiveThing;
  readonly title: string;
  readonly action: ActionAffordance;
  readonly invocation: ActionStatus;
}

/** One invocation: how it stands, since when, what came of it; a button that ends or forgets it. */
export function InvocationItem({ thing, title, action, invocation }: InvocationItemProps) {
  const t = useMessages(messages);
  const { status, output, error } = invocation;
  const cancel = useCancel(thing);
  const active = status === 'pending' || status === 'running';
  const Icon = icons[status];
  return (
    <div className={classes.item} data-status={status}>
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
          onClick={() => cancel.mutate(invocation)}
          aria-label={(active ? t.cancelNamed : t.forgetNamed)(title.slice(0, 200))}
        >
          {active ? t.cancel : t.forget}
        </Button>
      </Group>
      {output === undefined ? null : <ValueText schema={action.output ?? {}} value={output} />}
      {error === undefined ? null : <Failure error={error} />}
      {cancel.error instanceof ApiError ? <ProblemNotice problem={cancel.error.problem} /> : null}
    </div>
  );
}

function Times({ invocation: { timeRequested = '', timeEnded } }: Pick<InvocationItemProps, 'invocation'>) {
  const t = useMessages(messages);
  const clockTime = useClockTime();
  const milliseconds = useMilliseconds();
  const begun = Date.parse(timeRequested);
  const took = timeEnded === undefined ? Number.NaN : Date.parse(timeEnded) - begun;
  return (
    <span>
      {Number.isNaN(took) ? t.since(clockTime(begun)) : `${clockTime(begun)}, ${t.took(milliseconds(took))}`}
    </span>
  );
}

function Failure({ error }: { readonly error: unknown }) {
  if (isJsonObject(error) && typeof error['title'] === 'string')
    return <ProblemNotice problem={error as unknown as Problem} />;
  return (
    <Text size="sm" lineClamp={4}>
      {typeof error === 'string' ? error : JSON.stringify(error)}
    </Text>
  );
}
