import { NativeSelect } from '@mantine/core';
import { sameJson } from '../../../../td/same-json.ts';
import type { Dashboard, ThingSelector, Tile } from '../../../dashboard.ts';
import type { ThingSummary } from '../../../page-data.ts';
import { useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import { localName } from '../../things/facets.ts';
import { exampleThing, selectorsOf, thingsOf } from '../board-things.ts';
import { messages } from './messages.ts';

export interface TileChoiceProps {
  readonly board: Dashboard;
  readonly things: readonly ThingSummary[];
  readonly place?: string;
  readonly tile: Tile;
  change(tile: Tile): void;
}

/** Which Things a tile means: one, all of a model, all of a type; and where. */
export function ThingChoice(props: TileChoiceProps) {
  const t = useMessages(messages);
  const { things, place, tile, change } = props;
  const labelOf = useSelectorLabel(props);
  const { location, ...chosen } = tile.thing ?? {};
  const example = exampleThing(tile, things, place);
  const offered = example ? selectorsOf(example) : [];
  const index = offered.findIndex((selector) => sameJson(selector, chosen));
  const options = offered.map((selector, at) => ({ value: String(at), label: labelOf(selector, example) }));
  return (
    <>
      <NativeSelect
        label={t.which}
        value={String(index)}
        data={index < 0 ? [{ value: '-1', label: t.asIs }, ...options] : options}
        onChange={({ currentTarget: { value } }) => {
          const selector = offered[Number(value)];
          if (selector)
            change({ ...tile, thing: { ...selector, ...(location !== undefined && { location }) } });
        }}
      />
      <PlaceChoice {...props} />
    </>
  );
}

function useSelectorLabel({ things, tile }: TileChoiceProps) {
  const t = useMessages(messages);
  const words = useTdText();
  return ({ model, type }: ThingSelector, example: ThingSummary | undefined): string => {
    const count = thingsOf({ ...tile, thing: { model, type } }, things).length;
    if (model !== undefined) return t.allOfModel(localName(model).slice(0, 80), count);
    if (type !== undefined) return t.allOfType(type.slice(0, 80), count);
    return t.onlyThis(example ? words(example, example.name).title.slice(0, 80) : '');
  };
}

const boardPlace = '=';

function PlaceChoice({ board, things, tile, change }: TileChoiceProps) {
  const t = useMessages(messages);
  const { location, ...rest } = tile.thing ?? {};
  const local = board.per === 'location';
  const places = new Set(things.flatMap((thing) => thing.location ?? []));
  if (location) places.add(location);
  if (places.size === 0) return null;
  const data = [
    ...(local ? [{ value: boardPlace, label: t.boardPlace }] : []),
    { value: '', label: t.anywhere },
    ...[...places].map((value) => ({ value, label: value.slice(0, 80) })),
  ];
  return (
    <NativeSelect
      label={t.where}
      data={data}
      value={location ?? (local ? boardPlace : '')}
      onChange={({ currentTarget: { value } }) =>
        change({
          ...tile,
          thing: value === boardPlace || (value === '' && !local) ? rest : { ...rest, location: value },
        })
      }
    />
  );
}
