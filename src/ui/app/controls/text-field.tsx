import { Textarea, TextInput } from '@mantine/core';
import type { TextKind } from './control-for.ts';
import classes from './controls.module.css';
import type { FieldProps } from './field.ts';
import { useInputFrame } from './use-field-frame.ts';

/** A text: of one line or several, an address, a day, a time, a colour. */
export function TextField(props: FieldProps & { readonly kind: TextKind }) {
  const { label, kind, value, required, change } = props;
  const text = typeof value === 'string' ? value : '';
  const shared = {
    ...useInputFrame(props),
    value: text,
    dir: 'auto',
    autoComplete: 'off',
    onChange({ currentTarget: { value: next } }: Typed): void {
      change(next === '' && required === false ? undefined : next);
    },
  };
  if (kind === 'color') {
    return (
      <TextInput {...shared} leftSection={<ColourChooser label={label} text={text} change={change} />} />
    );
  }
  if (kind === 'datetime-local') {
    return (
      <TextInput
        {...shared}
        type={kind}
        step={1}
        value={localTime(text)}
        onChange={({ currentTarget }) => change(timeOfLocal(currentTarget.value))}
      />
    );
  }
  return kind === 'long' || text.includes('\n') ? (
    <Textarea {...shared} autosize minRows={2} maxRows={10} />
  ) : (
    <TextInput {...shared} type={kind} />
  );
}

interface Typed {
  readonly currentTarget: { readonly value: string };
}

interface ColourChooserProps extends Pick<FieldProps, 'label' | 'change'> {
  readonly text: string;
}

/** The browser's own. */
function ColourChooser({ label, text, change }: ColourChooserProps) {
  return (
    <input
      type="color"
      className={classes.colour}
      aria-label={label}
      value={/^#[0-9a-f]{6}$/i.test(text) ? text : '#000000'}
      onChange={({ currentTarget }) => change(currentTarget.value)}
    />
  );
}

/** A moment as `datetime-local` has it, in the reader's zone; '' for what is none. */
function localTime(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) return '';
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function timeOfLocal(local: string): string | undefined {
  const at = Date.parse(local);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
