import { Button, Group, JsonInput, Text } from '@mantine/core';
import { useState } from 'react';
import type { ExchangeRequest } from '../../page-data.ts';
import { exampleText } from '../console/example.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { parseJson } from '../parse-json.ts';
import classes from './editor.module.css';
import { messages } from './messages.ts';
import type { TriedOp, Tryable } from './try-affordances.ts';
import { TryOutcome } from './try-outcome.tsx';
import { useTrial } from './use-trial.ts';

const words = { readproperty: 'read', writeproperty: 'write', invokeaction: 'invoke' } as const;

interface TryItemProps {
  readonly tryable: Tryable;
  readonly target: Pick<ExchangeRequest, 'thing' | 'td'>;
}

/** One property or action to try. */
export function TryItem({ tryable, target }: TryItemProps) {
  const t = useMessages(messages);
  const { kind, name, affordance, ops, input } = tryable;
  const { title } = useTdText()(affordance, name);
  const [typed, setTyped] = useState<string>();
  const [trial, start] = useTrial();
  const value = typed ?? (input ? exampleText(input) : '');
  const takes = input !== undefined && ops.some((op) => op !== 'readproperty');
  const parsed = takes ? parseJson(value) : undefined;
  const send = (op: TriedOp) => {
    if (op === 'readproperty' || input === undefined) start({ ...target, op, kind, name });
    else if (parsed && 'value' in parsed) start({ ...target, op, kind, name, input: parsed.value });
  };
  return (
    <>
      <Text size="sm" fw={600} lineClamp={2} title={title} data-td-text dir="auto">
        {title}
      </Text>
      {takes && (
        <JsonInput
          aria-label={t.input(name)}
          value={value}
          onChange={setTyped}
          error={parsed && 'thrown' in parsed ? t.notJson : undefined}
          autosize
          minRows={1}
          maxRows={8}
          classNames={{ input: classes.input }}
        />
      )}
      <Group gap={6}>
        {ops.map((op) => (
          <Button
            key={op}
            size="compact-sm"
            variant={op === 'readproperty' ? 'default' : 'light'}
            aria-label={t.ofAffordance(t[words[op]], name)}
            loading={trial?.isBusy === true}
            onClick={() => send(op)}
          >
            {t[words[op]]}
          </Button>
        ))}
      </Group>
      {trial && <TryOutcome trial={trial} />}
    </>
  );
}
