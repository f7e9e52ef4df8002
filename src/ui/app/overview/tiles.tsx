import { ActionIcon, Button, Group, Text, Title } from '@mantine/core';
import { IconArrowLeft, IconArrowRight, IconPin, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { ThingSummary } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { messages } from './messages.ts';
import classes from './overview.module.css';
import { type Pin, usePins } from './pins.ts';
import { suggestedTiles } from './suggested-tiles.ts';
import { Tile, type TileProps } from './tile.tsx';

interface TilesProps {
  readonly things: readonly ThingSummary[];
}

/** What the reader pinned; suggestions, said to be some, while that is nothing. */
export function Tiles({ things }: TilesProps) {
  const { pins } = usePins();
  return pins.length > 0 ? <Pinned things={things} pins={pins} /> : <Suggested things={things} />;
}

function Pinned({ things, pins }: TilesProps & { readonly pins: readonly Pin[] }) {
  const t = useMessages(messages);
  const [arranging, setArranging] = useState(false);
  return (
    <section aria-labelledby="pinned">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="pinned">
          {t.pinned}
        </Title>
        <Button
          size="compact-md"
          variant={arranging ? 'filled' : 'subtle'}
          aria-pressed={arranging}
          onClick={() => setArranging(!arranging)}
        >
          {arranging ? t.done : t.arrange}
        </Button>
      </Group>
      <TileGrid things={things} pins={pins} arranging={arranging} />
    </section>
  );
}

function Suggested({ things }: TilesProps) {
  const t = useMessages(messages);
  const { pinAll } = usePins();
  // The first ones stay: a Thing that fails or comes later moves none of them.
  const [pins] = useState(() => suggestedTiles(things));
  if (pins.length === 0) return null;
  return (
    <section aria-labelledby="suggested">
      <Group justify="space-between" mb={4}>
        <Title order={2} size="h4" id="suggested">
          {t.suggested}
        </Title>
        <Button
          size="compact-md"
          variant="subtle"
          leftSection={<IconPin size={16} aria-hidden />}
          onClick={() => pinAll(pins)}
        >
          {t.pinAll}
        </Button>
      </Group>
      <Text size="sm" mb="xs">
        {t.suggestedHelp}
      </Text>
      <TileGrid things={things} pins={pins} arranging={false} />
    </section>
  );
}

interface TileGridProps extends TilesProps {
  readonly pins: readonly Pin[];
  readonly arranging: boolean;
}

function TileGrid({ things, pins, arranging }: TileGridProps) {
  return (
    <ul className={classes.tiles}>
      {pins.map((pin) => {
        const thing = things.find(({ name }) => name === pin.thing);
        return (
          <li key={`${pin.thing} ${pin.kind} ${pin.affordance}`} className={classes.tile}>
            <Tile pin={pin} thing={thing} />
            {arranging ? <Arrange pin={pin} thing={thing} /> : null}
          </li>
        );
      })}
    </ul>
  );
}

function Arrange({ pin, thing }: TileProps) {
  const t = useMessages(messages);
  const text = useTdText();
  const { move, toggle } = usePins();
  const affordance = thing?.[pin.kind].find(({ name }) => name === pin.affordance);
  const what = [text(affordance ?? {}, pin.affordance), text(thing ?? {}, pin.thing)]
    .map(({ title }) => title)
    .join(', ');
  const remove = (button: Element) => {
    focusBeside(button);
    toggle(pin);
  };
  const moves = [
    { label: t.earlier(what), Icon: IconArrowLeft, run: () => move(pin, -1) },
    { label: t.later(what), Icon: IconArrowRight, run: () => move(pin, 1) },
    { label: t.remove(what), Icon: IconX, run: remove },
  ];
  return (
    <Group gap={4} justify="flex-end">
      {moves.map(({ label, Icon, run }) => (
        <ActionIcon
          key={label}
          variant="default"
          size={36}
          aria-label={label}
          title={label}
          onClick={({ currentTarget }) => run(currentTarget)}
        >
          <Icon size={18} aria-hidden />
        </ActionIcon>
      ))}
    </Group>
  );
}

/** The tile goes, and the focus would with it: the same button of the next one has it then. */
function focusBeside(button: Element): void {
  const tile = button.closest('li');
  const beside = tile?.nextElementSibling ?? tile?.previousElementSibling;
  const next = [...(beside?.querySelectorAll('button') ?? [])].at(-1);
  (next ?? document.getElementById('main'))?.focus();
}
