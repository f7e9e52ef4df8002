import { CloseButton, Group, Title } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconCircle, IconCircleCheckFilled } from '@tabler/icons-react';
import { useMessages } from '../language/language.tsx';
import { recentThings } from '../things/recent-things.ts';
import { messages } from './messages.ts';
import { hasWritten } from './note-write.ts';
import classes from './overview.module.css';
import { usePins } from './pins.ts';

/** What to try first; goes once all is done, or when it is sent away. */
export function FirstSteps() {
  const t = useMessages(messages);
  const { pins } = usePins();
  const [hidden, setHidden] = useLocalStorage({
    key: 'thingwright-first-steps-hidden',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const steps = [
    { text: t.stepWatch, done: recentThings().length > 0 },
    { text: t.stepWrite, done: hasWritten() },
    { text: t.stepPin, done: pins.length > 0 },
  ];
  if (hidden || steps.every(({ done }) => done)) return null;
  return (
    <section className={classes.steps} aria-labelledby="first-steps">
      <Group justify="space-between" wrap="nowrap">
        <Title order={2} size="h5" id="first-steps">
          {t.firstSteps}
        </Title>
        <CloseButton aria-label={t.dismiss} onClick={() => setHidden(true)} />
      </Group>
      <ol className={classes.stepList}>
        {steps.map((step) => (
          <Step key={step.text} {...step} />
        ))}
      </ol>
    </section>
  );
}

function Step({ text, done }: { readonly text: string; readonly done: boolean }) {
  const t = useMessages(messages);
  const Icon = done ? IconCircleCheckFilled : IconCircle;
  return (
    <li className={classes.step} data-done={done || undefined}>
      <Icon size={18} role="img" aria-label={done ? t.stepDone : undefined} aria-hidden={!done} />
      {text}
    </li>
  );
}
