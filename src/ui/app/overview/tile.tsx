import { Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ThingSummary } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { type Titled, useTdText } from '../language/td-text.ts';
import { Guarded } from '../notices/guarded.tsx';
import { TypeIcon } from '../values/type-icon.tsx';
import { ActionTile } from './action-tile.tsx';
import { EventTile } from './event-tile.tsx';
import { type FoundAffordance, openedBy, useFoundAffordance } from './found-affordance.ts';
import { messages } from './messages.ts';
import classes from './overview.module.css';
import type { Pin } from './pins.ts';
import { PropertyTile } from './property-tile.tsx';

/** A pin, and the Thing it belongs to. */
export interface TileProps {
  readonly pin: Pin;
  /** Undefined where there is none of that name. */
  readonly thing: ThingSummary | undefined;
}

/** A pinned affordance: its live value and control, its button, or its last event. */
export function Tile({ pin, thing }: TileProps) {
  return (
    <Guarded what={pin.affordance}>
      {thing ? <KnownTile pin={pin} thing={thing} /> : <GoneTile pin={pin} thing={thing} />}
    </Guarded>
  );
}

function KnownTile({ pin, thing }: { readonly pin: Pin; readonly thing: ThingSummary }) {
  const found = useFoundAffordance(pin, thing);
  if (found === 'gone') return <GoneTile pin={pin} thing={thing} />;
  return (
    <>
      <TileHead pin={pin} thing={thing} titled={found?.affordance ?? {}} />
      {found === undefined ? <Skeleton height={56} /> : <Content pin={pin} thing={thing} found={found} />}
    </>
  );
}

interface ContentProps {
  readonly pin: Pin;
  readonly thing: ThingSummary;
  readonly found: FoundAffordance;
}

function Content({ pin: { affordance: name }, thing, found }: ContentProps) {
  switch (found.kind) {
    case 'properties':
      return <PropertyTile thing={thing} name={name} property={found.affordance} />;
    case 'actions':
      return <ActionTile thing={thing} name={name} action={found.affordance} />;
    case 'events':
      return <EventTile thing={thing} name={name} event={found.affordance} />;
  }
}

function GoneTile({ pin, thing }: TileProps) {
  const t = useMessages(messages);
  return (
    <>
      {thing ? (
        <TileHead pin={pin} thing={thing} titled={{}} />
      ) : (
        <Text fw={600} lineClamp={1} data-td-text>
          {pin.affordance}, {pin.thing}
        </Text>
      )}
      <Text size="sm">{t.gone}</Text>
    </>
  );
}

interface TileHeadProps {
  readonly pin: Pin;
  readonly thing: ThingSummary;
  readonly titled: Titled;
}

function TileHead({ pin, thing, titled }: TileHeadProps) {
  const text = useTdText();
  const { title } = text(titled, pin.affordance);
  const thingTitle = text(thing, thing.name).title;
  return (
    <div className={classes.tileHead}>
      <TypeIcon types={thing.types} title={thing.title} size={20} />
      <Link
        to="/things/$name"
        params={{ name: thing.name }}
        search={{ [openedBy[pin.kind]]: pin.affordance }}
        className={classes.tileLink}
        title={`${title}, ${thingTitle}`}
      >
        <bdi data-td-text className={classes.tileTitle}>
          {title}
        </bdi>
        <bdi data-td-text className={classes.tileThing}>
          {thingTitle}
        </bdi>
      </Link>
    </div>
  );
}
