import { Stack, Title } from '@mantine/core';
import type { ThingDescription } from '../../../../contracts/td.ts';
import { ownMember } from '../../../../td/json-object.ts';
import { useMessages } from '../../language/language.tsx';
import type { LiveThing } from '../../live/live.ts';
import { Guarded } from '../../notices/guarded.tsx';
import { messages } from '../messages.ts';
import classes from '../thing.module.css';
import { useSearchText } from '../use-search-text.ts';
import { ActionCard } from './action-card.tsx';
import { useInvocations } from './use-invocations.ts';

/** So many forms are open without being asked for. */
const openAtFirst = 2;

interface ActionListProps {
  readonly actions: ThingDescription['actions'];
  readonly thing: LiveThing;
}

/** The actions of a Thing; the form of the one in `?action=` is open, of few all are. */
export function ActionList({ actions = {}, thing }: ActionListProps) {
  const t = useMessages(messages);
  const [opened, open] = useSearchText('action');
  const entries = Object.entries(actions);
  const { data } = useInvocations(
    thing,
    entries.some(([, { synchronous }]) => synchronous === false),
  );
  if (entries.length === 0) return null;
  return (
    <section className={classes.section} aria-label={t.actions}>
      <Title order={2} className={classes.heading}>
        {t.actions}
      </Title>
      <Stack gap="sm">
        {entries.map(([name, action]) => {
          const isOpen = opened === undefined ? entries.length <= openAtFirst : opened === name;
          return (
            <Guarded key={name} what={name}>
              <ActionCard
                thing={thing}
                name={name}
                action={action}
                invocations={ownMember(data, name)}
                isOpen={isOpen}
                open={() => open(name)}
              />
            </Guarded>
          );
        })}
      </Stack>
    </section>
  );
}
