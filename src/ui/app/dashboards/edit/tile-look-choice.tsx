import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ownMember } from '../../../../td/json-object.ts';
import { tdQuery } from '../../api/things.ts';
import { useMessages } from '../../language/language.tsx';
import { exampleThing } from '../board-things.ts';
import { looksOf, type TileLook } from '../tiles/tile-look.ts';
import { messages } from './messages.ts';
import type { TileChoiceProps } from './thing-choice.tsx';

/** How a property is shown, of what its DataSchema allows. */
export function TileLookChoice({ things, place, tile, change }: TileChoiceProps) {
  const t = useMessages(messages);
  const thing = exampleThing(tile, things, place);
  const { data } = useQuery({ ...tdQuery(thing?.name ?? ''), enabled: thing !== undefined });
  const property = ownMember(data?.properties, tile.property ?? '');
  const looks = property ? looksOf(property) : [];
  const { as, ...rest } = tile;
  const offered: readonly TileLook[] = as === undefined || looks.includes(as) ? looks : [as, ...looks];
  return (
    <NativeSelect
      label={t.look}
      value={as ?? ''}
      data={[
        { value: '', label: t.byItself },
        ...offered.map((look) => ({ value: look, label: t.lookOf(look) })),
      ]}
      onChange={({ currentTarget: { value } }) => {
        const look = offered.find((each) => each === value);
        change(look ? { ...rest, as: look } : rest);
      }}
    />
  );
}
