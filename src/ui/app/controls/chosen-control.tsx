import { Input, Loader, Switch } from '@mantine/core';
import { ChoiceField } from './choice-field.tsx';
import { controlFor } from './control-for.ts';
import type { PropertyControlProps } from './property-control.tsx';
import { reasonOf } from './reason-of.ts';
import { shownValue } from './shown-value.ts';
import { useWrite } from './use-write.ts';

/** What is chosen is sent at once: a switch, one of several values. */
export function ChosenControl({ label, schema, live, write }: PropertyControlProps) {
  const { busy, problem, send } = useWrite(write);
  const value = shownValue(schema, live);
  const error = problem && reasonOf(problem);
  if (typeof value !== 'boolean' || controlFor(schema).as !== 'switch') {
    const shared = { label, schema, value, busy, labelHidden: true, ...(error && { error }) };
    return <ChoiceField {...shared} change={(chosen) => void send(chosen)} />;
  }
  return (
    <div>
      <Switch
        size="lg"
        aria-label={label}
        aria-busy={busy}
        checked={value}
        onChange={({ currentTarget }) => void send(currentTarget.checked)}
        thumbIcon={busy ? <Loader size={14} /> : undefined}
      />
      {error ? <Input.Error role="alert">{error}</Input.Error> : null}
    </div>
  );
}
