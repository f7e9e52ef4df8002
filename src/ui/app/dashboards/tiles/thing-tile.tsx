import { Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Tile } from '../../../dashboard.ts';
import type { ThingSummary } from '../../../page-data.ts';
import { useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import { Guarded } from '../../notices/guarded.tsx';
import { type FoundAffordance, openedBy, useFoundAffordance } from '../../overview/found-affordance.ts';
import { useOnScreen } from '../../shell/use-on-screen.ts';
import { TypeIcon } from '../../values/type-icon.tsx';
import { affordanceOf, type TileAffordance } from '../board-things.ts';
import { messages } from '../messages.ts';
import { ActionTile } from './action-tile.tsx';
import { EventTile } from './event-tile.tsx';
import { PropertyTile } from './property-tile.tsx';
import classes from './tiles.module.css';

interface ThingTileProps {
  readonly tile: Tile;
  readonly thing: ThingSummary;
}

/** A tile of one Thing; it asks for values while it is on the screen. */
export function ThingTile({ tile, thing }: ThingTileProps) {
  const [ref, active] = useOnScreen<HTMLDivElement>();
  const affordance = affordanceOf(tile);
  return (
    <div ref={ref} className={classes.body}>
      {affordance ? (
        <Guarded what={tile.title ?? affordance.name}>
          <Content tile={tile} thing={thing} affordance={affordance} active={active} />
        </Guarded>
      ) : null}
    </div>
  );
}

interface ContentProps extends ThingTileProps {
  readonly affordance: TileAffordance;
  readonly active: boolean;
}

function Content({ tile, thing, affordance, active }: ContentProps) {
  const t = useMessages(messages);
  const { kind, name } = affordance;
  const found = useFoundAffordance({ thing: thing.name, kind, affordance: name }, thing);
  const title = useTileTitle(tile, affordance, found === 'gone' ? undefined : found);
  return (
    <>
      <TileHead thing={thing} title={title} affordance={affordance} />
      {found === undefined ? (
        <Skeleton height={56} />
      ) : found === 'gone' ? (
        <Text size="sm">{t.noAffordance}</Text>
      ) : (
        <Shown tile={tile} thing={thing} name={name} found={found} title={title} active={active} />
      )}
    </>
  );
}

interface ShownProps extends ThingTileProps {
  readonly name: string;
  readonly found: FoundAffordance;
  readonly title: string;
  readonly active: boolean;
}

function Shown({ found, ...props }: ShownProps): ReactNode {
  switch (found.kind) {
    case 'properties':
      return <PropertyTile {...props} property={found.affordance} />;
    case 'actions':
      return <ActionTile {...props} action={found.affordance} />;
    case 'events':
      return <EventTile {...props} event={found.affordance} />;
  }
}

/** What the tile calls itself, else what the TD calls its affordance. */
function useTileTitle(tile: Tile, { name }: TileAffordance, found: FoundAffordance | undefined): string {
  const words = useTdText();
  return words(tile, words(found?.affordance ?? {}, name).title).title;
}

interface TileHeadProps {
  readonly thing: ThingSummary;
  readonly title: string;
  readonly affordance: TileAffordance;
}

function TileHead({ thing, title, affordance: { kind, name } }: TileHeadProps) {
  const thingTitle = useTdText()(thing, thing.name).title;
  return (
    <h3 className={classes.head}>
      <TypeIcon types={thing.types} title={thing.title} size={20} />
      <Link
        to="/things/$name"
        params={{ name: thing.name }}
        search={{ [openedBy[kind]]: name }}
        className={classes.link}
        title={`${title}, ${thingTitle}`}
        preload={false}
      >
        <bdi data-td-text className={classes.title}>
          {title}
        </bdi>
        <bdi data-td-text className={classes.thing}>
          {thingTitle}
        </bdi>
      </Link>
    </h3>
  );
}
