import { Stack } from '@mantine/core';
import { useMemo } from 'react';
import type { ThingDescription } from '../../../contracts/td.ts';
import { useThing } from '../api/things.ts';
import { useMessages } from '../language/language.tsx';
import type { LiveThing } from '../live/live.ts';
import { Empty } from '../notices/empty.tsx';
import { Guarded } from '../notices/guarded.tsx';
import { ActionList } from './actions/action-list.tsx';
import { EventLog } from './events/event-log.tsx';
import { messages } from './messages.ts';
import { PrimaryCard } from './properties/primary-card.tsx';
import { PropertyDetail } from './properties/property-detail.tsx';
import { propertyGroups } from './properties/property-groups.ts';
import { PropertyList } from './properties/property-list.tsx';
import classes from './thing.module.css';

interface ThingOverviewProps {
  readonly td: ThingDescription;
  readonly thing: LiveThing;
}

/** All of a Thing on one page: what it is there for first, then its properties; actions and events beside them. */
export function ThingOverview({ td, thing }: ThingOverviewProps) {
  const t = useMessages(messages);
  const beside = Object.keys(td.actions ?? {}).length + Object.keys(td.events ?? {}).length > 0;
  return (
    <div className={classes.overview} data-beside={beside || undefined}>
      <Guarded what={t.properties}>
        <Properties td={td} thing={thing} />
      </Guarded>
      {beside ? (
        <Stack gap="lg" className={classes.beside}>
          <Guarded what={t.actions}>
            <ActionList actions={td.actions} thing={thing} />
          </Guarded>
          <Guarded what={t.events}>
            <EventLog events={td.events} thing={thing} />
          </Guarded>
        </Stack>
      ) : null}
      <Guarded what={t.details}>
        <PropertyDetail td={td} thing={thing} />
      </Guarded>
    </div>
  );
}

const none = {};

function Properties({ td: { properties = none }, thing }: ThingOverviewProps) {
  const t = useMessages(messages);
  const key = useThing(thing.name)?.key?.name;
  const { primary, groups } = useMemo(() => propertyGroups(properties, key), [properties, key]);
  if (Object.keys(properties).length === 0) return <Empty text={t.noProperties} />;
  return (
    <Stack gap="lg" miw={0}>
      {primary.length === 0 ? null : (
        <section className={classes.primary} aria-label={t.controls}>
          {primary.map((name) => (
            <Guarded key={name} what={name}>
              <PrimaryCard thing={thing} name={name} property={properties[name] ?? none} />
            </Guarded>
          ))}
        </section>
      )}
      {groups.map(({ group, names }) => (
        <PropertyList
          key={group}
          title={groups.length === 1 ? t.properties : t[group]}
          names={names}
          properties={properties}
          thing={thing}
        />
      ))}
    </Stack>
  );
}
