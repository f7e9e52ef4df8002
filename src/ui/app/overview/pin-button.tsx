import { ActionIcon } from '@mantine/core';
import { IconPin, IconPinFilled } from '@tabler/icons-react';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';
import classes from './pin-button.module.css';
import { type Pin, usePins } from './pins.ts';

/** Puts an affordance on the overview, or takes it off. */
export function PinButton(pin: Pin) {
  const t = useMessages(messages);
  const { isPinned, toggle } = usePins();
  const pinned = isPinned(pin);
  const Icon = pinned ? IconPinFilled : IconPin;
  return (
    <ActionIcon
      variant="subtle"
      color={pinned ? undefined : 'gray'}
      size={32}
      className={classes.pin}
      aria-pressed={pinned}
      aria-label={t.pin}
      title={pinned ? t.unpin : t.pin}
      onClick={() => toggle({ thing: pin.thing, kind: pin.kind, affordance: pin.affordance })}
    >
      <Icon size={18} aria-hidden />
    </ActionIcon>
  );
}
