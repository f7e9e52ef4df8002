import { Button, Code, Group } from '@mantine/core';
import { useMessages } from '../language/language.tsx';
import { Empty } from '../notices/empty.tsx';
import { useCopy } from '../notices/use-copy.ts';
import { messages } from './messages.ts';
import { unfiltered } from './things-view.ts';
import { useThingsView } from './use-things-view.ts';

const command = 'npx wot serve lamp.ts';

/** What stands in the place of Things while there is none: how to serve one. */
export function HowToServe() {
  const t = useMessages(messages);
  const { copied, copy } = useCopy();
  return (
    <Empty text={t.noThings}>
      <Group justify="center">
        <Code fz="md">{command}</Code>
        <Button size="sm" variant="light" onClick={() => copy(command)}>
          {copied ? t.copied : t.copy}
        </Button>
      </Group>
    </Empty>
  );
}

/** What stands there while the filters leave none. */
export function NoMatch() {
  const t = useMessages(messages);
  const [, change] = useThingsView();
  return (
    <Empty text={t.noMatch}>
      <Button variant="light" onClick={() => change(unfiltered)}>
        {t.clearAll}
      </Button>
    </Empty>
  );
}
