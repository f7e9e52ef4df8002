import { Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useMessages } from '../language/language.tsx';
import classes from './controls.module.css';
import type { FieldProps } from './field.ts';
import { messages } from './messages.ts';
import { placeInJson } from './place-in-json.ts';
import { useInputFrame } from './use-field-frame.ts';

/** Any value as JSON; as long as it is none, the input is invalid for the form around it. */
export function JsonField(props: FieldProps) {
  const { value, error, change } = props;
  const t = useMessages(messages);
  const [typed, setTyped] = useState<{
    readonly text: string;
    readonly value: unknown;
    readonly fault?: string;
  }>();
  const current = typed && Object.is(typed.value, value) ? typed : undefined;
  const fault = current?.fault;
  const frame = useInputFrame({ ...props, error: error ?? fault });
  const input = useRef<HTMLTextAreaElement>(null);
  useEffect(() => input.current?.setCustomValidity(fault ?? ''), [fault]);
  const edit = (text: string) => {
    try {
      const next: unknown = text.trim() === '' ? undefined : JSON.parse(text);
      setTyped({ text, value: next });
      change(next);
    } catch (thrown) {
      const place = placeInJson(text, thrown);
      setTyped({ text, value, fault: place ? t.notJson(place.line, place.column) : t.notJsonAnywhere });
    }
  };
  return (
    <Textarea
      {...frame}
      ref={input}
      autosize
      minRows={3}
      maxRows={20}
      classNames={{ input: classes.json }}
      spellCheck={false}
      value={current?.text ?? (value === undefined ? '' : JSON.stringify(value, null, 2))}
      onChange={(event) => edit(event.currentTarget.value)}
    />
  );
}
