import { Button, Group, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useMessages } from '../../language/language.tsx';
import { useLive } from '../../live/use-live.ts';
import { problemIn } from '../../notices/problem-in.ts';
import { ProblemNotice } from '../../notices/problem-notice.tsx';
import { ValueText } from '../../values/property-value.tsx';
import { messages } from '../messages.ts';
import { useMilliseconds } from '../use-milliseconds.ts';
import type { PropertyProps } from './use-thing-property.ts';

/** Reads a property when it is asked to, and tells what came and how long it took. */
export function ReadNow({ thing, name, property }: PropertyProps) {
  const t = useMessages(messages);
  const live = useLive();
  const milliseconds = useMilliseconds();
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: async () => {
      const start = performance.now();
      return { value: await live.read(thing, name), ms: performance.now() - start };
    },
  });
  return (
    <div>
      <Group gap="sm" role="status">
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={isPending}
          onClick={() => mutate()}
        >
          {t.readNow}
        </Button>
        {data && !error ? (
          <Text size="sm" component="div">
            <ValueText schema={property} value={data.value} /> · {t.readTook(milliseconds(data.ms))}
          </Text>
        ) : null}
      </Group>
      {error ? <ProblemNotice problem={problemIn(error)} /> : null}
    </div>
  );
}
