import { Button, VisuallyHidden } from '@mantine/core';
import { type FocusEvent, type KeyboardEvent, useState } from 'react';
import { useLanguage, useMessages } from '../language/language.tsx';
import { reasonOf } from '../notices/reason-of.ts';
import { checkData } from './check-data.ts';
import classes from './controls.module.css';
import { LeafField } from './leaf-field.tsx';
import { messages } from './messages.ts';
import type { PropertyControlProps } from './property-control.tsx';
import { shownValue } from './shown-value.ts';
import { useKeptFocus } from './use-kept-focus.ts';
import { useWrite } from './use-write.ts';

/** What is typed is a draft until Enter, Apply or leaving it sends it; Escape drops it. A refused one stays, with the reason. */
export function DraftControl(props: PropertyControlProps) {
  const { label, schema } = props;
  const t = useMessages(messages);
  const { draft, value, error, busy, change, commit, drop, hold, sent } = useDraft(props);
  const kept = useKeptFocus<HTMLDivElement>('input, textarea');
  const isDraft = draft !== undefined;
  const secret = schema.writeOnly === true;
  return (
    <div
      {...kept}
      className={classes.draft}
      {...listeners({
        commit,
        drop,
        hold,
        isDraft,
        leaving: !secret && draft?.tried !== true,
        left: kept.onBlur,
      })}
    >
      <LeafField
        label={label}
        labelHidden
        schema={schema}
        value={value}
        busy={busy}
        error={error}
        change={change}
        commit={commit}
      />
      {(isDraft && !draft.moving) || secret ? (
        <Button size="sm" loading={busy} disabled={!isDraft} onClick={() => commit()}>
          {secret ? t.send : t.apply}
        </Button>
      ) : null}
      {isDraft && !draft.moving && !secret && !busy ? (
        <Button size="sm" variant="subtle" color="gray" onClick={drop}>
          {t.cancel}
        </Button>
      ) : null}
      <VisuallyHidden role="status">{busy ? t.sending : sent ? t.sent : ''}</VisuallyHidden>
    </div>
  );
}

interface Draft {
  readonly value: unknown;
  /** This very value was sent, or could not be. */
  readonly tried: boolean;
  /** What is wrong is said from the first attempt on. */
  readonly checked: boolean;
  /** Nothing may appear beside it that would move it under the hand. */
  readonly moving: boolean;
}

function useDraft({ schema, live, write, dismiss }: PropertyControlProps) {
  const { language } = useLanguage();
  const { busy, problem, send, forget } = useWrite(write);
  const [draft, setDraft] = useState<Draft>();
  const [sent, setSent] = useState(false);
  // While somebody is in the text, a new value does not change it under the hand: what is selected would be lost.
  const [held, setHeld] = useState<{ readonly value: unknown }>();
  const shown = shownValue(schema, live);
  const fault = draft?.checked ? checkData(schema, draft.value, language)[0]?.detail : undefined;
  const error = fault ?? (problem && reasonOf(problem, language));

  async function commit(value: unknown = draft?.value): Promise<void> {
    if (busy) return;
    const tried = { value, tried: true, checked: true, moving: draft?.moving ?? false };
    setDraft(tried);
    const taken = checkData(schema, value).length === 0 && (await send(value));
    // What was typed in the meantime stays.
    setDraft((now) => (now !== tried ? now : taken ? undefined : { ...tried, moving: false }));
    setSent(taken);
    if (taken) setHeld((now) => now && { value });
  }
  function change(value: unknown, moving = false): void {
    setDraft({ value, tried: false, checked: draft?.checked ?? false, moving });
    setSent(false);
    forget();
  }
  function drop(): void {
    setDraft(undefined);
    setHeld((now) => now && { value: shown });
    forget();
    dismiss?.();
  }
  return {
    draft,
    sent,
    busy,
    error,
    value: (draft ?? held ?? { value: shown }).value,
    change,
    drop,
    hold: (isHeld: boolean) => setHeld(isHeld ? { value: shown } : undefined),
    commit: (value?: unknown) => void commit(value),
  };
}

interface Listening {
  readonly isDraft: boolean;
  /** Whether leaving it sends it. */
  readonly leaving: boolean;
  commit(): void;
  drop(): void;
  /** Keeps the text as it is, or lets it follow the Thing again. */
  hold(isHeld: boolean): void;
  left(event: FocusEvent): void;
}

function listeners({ isDraft, leaving, commit, drop, hold, left }: Listening) {
  return {
    onFocus({ target }: FocusEvent): void {
      if (target.matches('input, textarea')) hold(true);
    },
    onKeyDown(event: KeyboardEvent): void {
      if (!isDraft || event.nativeEvent.isComposing) return;
      const { tagName } = event.target as HTMLElement;
      const isBreak = tagName === 'TEXTAREA' && !event.ctrlKey && !event.metaKey;
      if (event.key === 'Escape') drop();
      else if (event.key === 'Enter' && tagName !== 'BUTTON' && !isBreak) commit();
    },
    onBlur(event: FocusEvent): void {
      left(event);
      // The window lost the focus, and the input has it again when the reader comes back.
      if (document.activeElement === event.target) return;
      hold(false);
      if (isDraft && leaving && !event.currentTarget.contains(event.relatedTarget)) commit();
    },
  };
}
