import { Input, Loader, Switch } from '@mantine/core';
import { useRef } from 'react';
import { sameJson } from '../../../td/same-json.ts';
import { useLanguage } from '../language/language.tsx';
import { reasonOf } from '../notices/reason-of.ts';
import { ChoiceField } from './choice-field.tsx';
import { controlFor } from './control-for.ts';
import type { PropertyControlProps } from './property-control.tsx';
import { shownValue } from './shown-value.ts';
import { useWrite } from './use-write.ts';

/** Milliseconds that two clicks of one are apart at most. */
const doubleClick = 500;

/** What is chosen is sent at once: a switch, one of several values. */
export function ChosenControl({ label, schema, live, write }: PropertyControlProps) {
  const { language } = useLanguage();
  const { busy, problem, send } = useWrite(write);
  const value = shownValue(schema, live);
  const error = problem && reasonOf(problem, language);
  const choose = useOnce(send);
  if (typeof value !== 'boolean' || controlFor(schema).as !== 'switch') {
    const shared = { label, schema, value, busy, labelHidden: true, error };
    return <ChoiceField {...shared} change={choose} />;
  }
  return (
    <div>
      <Switch
        size="lg"
        aria-label={label}
        aria-busy={busy}
        checked={value}
        onChange={({ currentTarget }) => choose(currentTarget.checked)}
        thumbIcon={busy ? <Loader size={14} /> : undefined}
      />
      {error ? <Input.Error role="alert">{error}</Input.Error> : null}
    </div>
  );
}

/** Passes a value on, not again while it is on its way nor for the second click of two. */
function useOnce(send: (value: unknown) => Promise<unknown>): (chosen: unknown) => void {
  const last = useRef<{ readonly chosen: unknown; until: number }>(undefined);
  return (chosen) => {
    const now = performance.now();
    if (last.current && now < last.current.until && sameJson(chosen, last.current.chosen)) return;
    const choice = { chosen, until: Number.POSITIVE_INFINITY };
    last.current = choice;
    void send(chosen).then(() => {
      choice.until = now + doubleClick;
    });
  };
}
