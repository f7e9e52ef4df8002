import { Button, Stack } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import type { ActionAffordance } from '../../../../contracts/td.ts';
import { DataForm } from '../../controls/data-form.tsx';
import { useKeptFocus } from '../../controls/use-kept-focus.ts';
import { useMessages } from '../../language/language.tsx';
import type { LiveThing } from '../../live/live.ts';
import { messages } from '../messages.ts';
import classes from '../thing.module.css';
import { ActionAnswer } from './action-answer.tsx';
import runClasses from './actions.module.css';
import { RunConfirmation } from './run-confirmation.tsx';
import { useInvoke } from './use-invocations.ts';

interface ActionRunProps {
  readonly thing: LiveThing;
  readonly name: string;
  readonly action: ActionAffordance;
  readonly title: string;
  /** Whether the form of its input is there, or a button that brings it. */
  readonly isOpen: boolean;
  open(): void;
}

/** What starts an action, asks before where it has to, and tells what it answered. */
export function ActionRun({ thing, name, ...start }: ActionRunProps) {
  const { action, title } = start;
  const { invoke, data, error, isPending } = useInvoke(thing, name);
  const kept = useKeptFocus<HTMLDivElement>();
  const [asked, setAsked] = useState<{ readonly input?: unknown }>();
  const asks = action.safe !== true && action.idempotent !== true;
  const submit = (input?: unknown): void => (asks ? setAsked({ input }) : invoke(input));
  return (
    <Stack gap={0} mt="sm" {...kept}>
      {/* What is asked about stays as it is until it is answered. */}
      <div inert={asked !== undefined} className={runClasses.start}>
        <Start {...start} busy={isPending} submit={submit} />
      </div>
      {asked ? (
        <RunConfirmation
          title={title}
          yes={() => {
            setAsked(undefined);
            invoke(asked.input);
          }}
          no={() => setAsked(undefined)}
        />
      ) : null}
      <ActionAnswer schema={action.output} answered={data} error={error} />
    </Stack>
  );
}

interface StartProps extends Omit<ActionRunProps, 'thing' | 'name'> {
  readonly busy: boolean;
  submit(input?: unknown): void;
}

/** What starts it: a button, or a form where it takes an input. */
function Start({ action: { input }, title, isOpen, open, busy, submit }: StartProps) {
  const t = useMessages(messages);
  const label = t.runNamed(title.slice(0, 200));
  if (input === undefined) {
    return (
      <Button
        className={classes.button}
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
        aria-label={label}
        loading={busy}
        onClick={() => submit()}
      >
        {t.run}
      </Button>
    );
  }
  if (isOpen) return <DataForm schema={input} submitLabel={t.run} busy={busy} submit={submit} />;
  return (
    <Button
      className={classes.button}
      variant="default"
      aria-label={label}
      aria-expanded={false}
      onClick={open}
    >
      {t.runWith}
    </Button>
  );
}
