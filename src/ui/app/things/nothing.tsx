import { Button, Code, CopyButton, Group } from '@mantine/core';
import { useMessages } from '../language/language.tsx';
import { Empty } from '../notices/empty.tsx';
import { messages } from './messages.ts';
import { unfiltered } from './things-view.ts';
import { useThingsView } from './use-things-view.ts';

const command = 'npx wot serve lamp.ts';

/** What stands in the place of Things while there is none: how to serve one. */
export function HowToServe() {
  const t = useMessages(messages);
  return (
    <Empty text={t.noThings}>
      <Group justify="center">
        <Code fz="md">{command}</Code>
        <CopyButton value={command}>
          {({ copied, copy }) => (
            <Button size="sm" variant="light" onClick={copy}>
              {copied ? t.copied : t.copy}
            </Button>
          )}
        </CopyButton>
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
