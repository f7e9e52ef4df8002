import { Textarea, TextInput } from '@mantine/core';
import type { TextKind } from './control-for.ts';
import classes from './controls.module.css';
import type { FieldProps } from './field.ts';
import { useFieldFrame } from './use-field-frame.ts';

/** A text: of one line or several, an address, a day, a time, a colour. */
export function TextField(props: FieldProps & { readonly kind: TextKind }) {
  const { kind, value, required, busy, change } = props;
  const frame = { ...useFieldFrame(props), 'aria-label': props.labelHidden ? props.label : undefined };
  const text = typeof value === 'string' ? value : '';
  const typed = (next: string) => change(next === '' && required === false ? undefined : next);
  if (kind === 'color') return <ColourField {...props} />;
  if (kind === 'datetime-local') {
    return (
      <TextInput
        {...frame}
        type={kind}
        step={1}
        value={localTime(text)}
        aria-busy={busy}
        onChange={({ currentTarget }) => change(timeOfLocal(currentTarget.value))}
      />
    );
  }
  const isLong = kind === 'long' || text.includes('\n');
  const shared = { ...frame, value: text, 'aria-busy': busy, dir: 'auto', autoComplete: 'off' } as const;
  return isLong ? (
    <Textarea
      {...shared}
      autosize
      minRows={2}
      maxRows={10}
      onChange={(event) => typed(event.currentTarget.value)}
    />
  ) : (
    <TextInput {...shared} type={kind} onChange={(event) => typed(event.currentTarget.value)} />
  );
}

/** A colour as text and by the browser's own chooser. */
function ColourField(props: FieldProps) {
  const { label, value, required, busy, change } = props;
  const frame = { ...useFieldFrame(props), 'aria-label': props.labelHidden ? props.label : undefined };
  const text = typeof value === 'string' ? value : '';
  return (
    <TextInput
      {...frame}
      value={text}
      aria-busy={busy}
      onChange={({ currentTarget }) =>
        change(currentTarget.value === '' && required === false ? undefined : currentTarget.value)
      }
      leftSection={
        <input
          type="color"
          className={classes.colour}
          aria-label={label}
          value={/^#[0-9a-f]{6}$/i.test(text) ? text : '#000000'}
          onChange={({ currentTarget }) => change(currentTarget.value)}
        />
      }
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
