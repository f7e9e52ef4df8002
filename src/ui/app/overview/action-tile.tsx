import { Button, Group } from '@mantine/core';
import { IconArrowRight, IconPlayerPlay } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { ActionAffordance } from '../../../contracts/td.ts';
import type { ThingSummary } from '../../page-data.ts';
import { useWrite } from '../controls/use-write.ts';
import { useMessages } from '../language/language.tsx';
import { useLive } from '../live/use-live.ts';
import { ProblemNotice } from '../notices/problem-notice.tsx';
import { messages } from './messages.ts';

interface ActionTileProps {
  readonly thing: ThingSummary;
  readonly name: string;
  readonly action: ActionAffordance;
}

/** Runs an action that needs nothing and may be repeated; leads to all others, where they are asked for and confirmed. */
export function ActionTile(props: ActionTileProps) {
  const { input, safe, idempotent } = props.action;
  const atOnce = input === undefined && (safe === true || idempotent === true);
  return atOnce ? <Run {...props} /> : <Lead {...props} />;
}

function Run({ thing, name }: ActionTileProps) {
  const t = useMessages(messages);
  const live = useLive();
  const { busy, problem, send } = useWrite(async () => void (await live.invoke(thing, name)));
  return (
    <>
      <Group>
        <Button
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          loading={busy}
          onClick={() => void send(undefined)}
        >
          {t.invoke}
        </Button>
      </Group>
      {problem ? <ProblemNotice problem={problem} /> : null}
    </>
  );
}

function Lead({ thing, name, action: { input } }: ActionTileProps) {
  const t = useMessages(messages);
  const navigate = useNavigate();
  return (
    <Group>
      <Button
        variant="light"
        rightSection={<IconArrowRight size={16} aria-hidden />}
        onClick={() =>
          void navigate({ to: '/things/$name', params: { name: thing.name }, search: { action: name } })
        }
      >
        {input === undefined ? t.open : t.fillIn}
      </Button>
    </Group>
  );
}
