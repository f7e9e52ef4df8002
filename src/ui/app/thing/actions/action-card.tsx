import { Badge, Group, Text, Title, Tooltip } from '@mantine/core';
import type { ActionAffordance } from '../../../../contracts/td.ts';
import { useKeptFocus } from '../../controls/use-kept-focus.ts';
import { useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import type { ActionStatus, LiveThing } from '../../live/live.ts';
import { PinButton } from '../../overview/pin-button.tsx';
import { messages } from '../messages.ts';
import classes from '../thing.module.css';
import { ActionRun } from './action-run.tsx';
import { InvocationList } from './invocation-list.tsx';

interface ActionCardProps {
  readonly thing: LiveThing;
  readonly name: string;
  readonly action: ActionAffordance;
  readonly invocations?: readonly ActionStatus[];
  readonly isOpen: boolean;
  open(): void;
}

/** One action: its form, what it answered, and what of it goes on. */
export function ActionCard({ thing, name, action, invocations = [], isOpen, open }: ActionCardProps) {
  const { title, description } = useTdText()(action, name);
  const kept = useKeptFocus<HTMLElement>();
  return (
    <article {...kept} className={classes.card} aria-label={title.slice(0, 200)}>
      <Group justify="space-between" gap="xs">
        <Title order={3} size="h5" lineClamp={2} title={title} data-td-text dir="auto" miw={0}>
          {title}
        </Title>
        <Group gap={4}>
          <Promises action={action} />
          <PinButton thing={thing.name} kind="actions" affordance={name} />
        </Group>
      </Group>
      {description === undefined ? null : (
        <Text size="sm" lineClamp={3} title={description} data-td-text dir="auto" mt={4}>
          {description}
        </Text>
      )}
      <ActionRun thing={thing} name={name} action={action} isOpen={isOpen} open={open} title={title} />
      <InvocationList thing={thing} title={title} action={action} invocations={invocations} />
    </article>
  );
}

/** What the TD promises of an invocation. */
function Promises({ action: { safe, idempotent, synchronous } }: Pick<ActionCardProps, 'action'>) {
  const t = useMessages(messages);
  const promises = [
    safe === true && { word: t.safe, help: t.safeHelp },
    idempotent === true && { word: t.idempotent, help: t.idempotentHelp },
    synchronous === false && { word: t.asynchronous, help: t.asynchronousHelp },
  ];
  return (
    <Group gap={4}>
      {promises.map((promise) =>
        promise ? (
          <Tooltip key={promise.word} label={promise.help}>
            <Badge variant="default" tt="none" fw={500}>
              {promise.word}
            </Badge>
          </Tooltip>
        ) : null,
      )}
    </Group>
  );
}
