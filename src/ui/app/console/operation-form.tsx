import { Button, Stack } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type KeyboardEvent, type RefObject, useRef, useState } from 'react';
import type { Op } from '../../../contracts/td.ts';
import { useMessages } from '../language/language.tsx';
import { CopyAs } from './copy-as.tsx';
import { FormChooser } from './form-chooser.tsx';
import { InputEditor } from './input-editor.tsx';
import { messages } from './messages.ts';
import { isAboutInvocation } from './offered-ops.ts';
import { isSecret, requestOf, takenBy } from './operation.ts';
import { draftSearch, readDraft } from './selection.ts';
import { TryFields } from './try-fields.tsx';
import type { TryProps } from './try-panel.tsx';
import { type Forms, useForms } from './use-forms.ts';

interface OperationProps extends TryProps {
  readonly op: Op;
}

/** One operation: by which form, with what, and how others would send it. */
export function OperationForm(props: OperationProps) {
  const { td, name, url, calls } = props;
  const t = useMessages(messages);
  const panel = useRef<HTMLDivElement>(null);
  const { forms, taken, draft, base, setDraft, run } = useDraft(props, panel);
  const isRunning = calls.log !== undefined && calls.log.state !== 'done';
  const stop = (
    <Button variant="default" leftSection={<IconPlayerStop size={16} aria-hidden />} onClick={calls.stop}>
      {t.stop}
    </Button>
  );
  return (
    <Stack ref={panel} onKeyDown={(event) => runOnEnter(event, panel.current, run)}>
      <FormChooser forms={forms} />
      <TryFields td={td} taken={taken} draft={draft} change={setDraft} />
      <InputEditor taken={taken} draft={draft} change={setDraft} run={run} stop={isRunning && stop} />
      <CopyAs {...{ td, name, url, base, taken, draft, forms }} />
    </Stack>
  );
}

/** What is typed for an operation, and the sending of it. */
function useDraft({ td, selection, calls, op }: OperationProps, panel: RefObject<HTMLDivElement | null>) {
  const navigate = useNavigate();
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const [draft, setDraft] = useState(() => readDraft(search));
  const offered = useForms(td, op, selection, calls.log);
  const forms = isAboutInvocation(op) && isAddress(draft.invocation) ? noForms : offered;
  const taken = takenBy(td, op, selection, forms.offered[forms.chosen]?.form);
  const { kind, name } = selection;
  const base = {
    ...calls.whom,
    op,
    ...(kind && { kind, name }),
    ...(forms.byHand && { form: forms.chosen }),
  };
  const run = (input = draft.input) => {
    const sent = { ...draft, input };
    const made = requestOf(base, taken, sent);
    if (made === undefined) return panel.current?.querySelector('textarea')?.focus();
    const secret = isSecret([taken.input, ...Object.values(taken.variables)]);
    const kept = secret ? {} : draftSearch(sent);
    void navigate({
      to: '.',
      search: (s: object) => ({ ...s, ...kept, op }),
      replace: true,
      resetScroll: false,
    });
    calls.run(made, secret);
  };
  return { forms, taken, draft, base, setDraft, run };
}

/** An invocation that has an address is asked there, whatever the TD offers. */
const noForms: Forms = { offered: [], chosen: 0, preferred: 0, byHand: false };

function isAddress(invocation: string): boolean {
  return /^\s*([a-z][a-z\d+.-]*:|\/)/i.test(invocation) && !/^\s*urn:/i.test(invocation);
}

/** Ctrl-Enter, wherever in the panel; a form checks before it sends. */
function runOnEnter(event: KeyboardEvent, panel: HTMLElement | null, run: () => void): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
  const form = panel?.querySelector('form');
  // It has the shortcut itself.
  if (form?.contains(event.target as Node)) return;
  event.preventDefault();
  if (form) form.requestSubmit();
  else run();
}
