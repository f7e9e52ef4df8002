import { Button, Group, Skeleton, VisuallyHidden } from '@mantine/core';
import {
  type KeyboardEvent,
  lazy,
  type ReactNode,
  type SubmitEvent,
  Suspense,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { Fault } from '../../../contracts/errors.ts';
import type { DataSchema } from '../../../contracts/td.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import { ProblemNotice } from '../notices/problem-notice.tsx';
import { checkData } from './check-data.ts';
import classes from './controls.module.css';
import { FaultList } from './fault-list.tsx';
import { FlatForm } from './flat-form.tsx';
import { type FormBodyProps, formKind } from './form-kind.ts';
import { JsonField } from './json-field.tsx';
import { LeafField } from './leaf-field.tsx';
import { messages } from './messages.ts';
import { soundSchema } from './sound-schema.ts';
import { startingValue } from './starting-value.ts';
import { useWrite } from './use-write.ts';

const NestedForm = lazy(async () => ({ default: (await import('./nested-form.tsx')).NestedForm }));

interface DataFormProps {
  readonly schema: DataSchema;
  readonly submitLabel: string;
  readonly initial?: unknown;
  readonly busy?: boolean;
  /** A rejection with ApiError is shown in the form. */
  submit(value: unknown): void | Promise<void>;
  /** Told of every change, by who shows the value as JSON himself: the form does not, then. */
  changed?(value: unknown): void;
  /** Beside the submit button. */
  readonly children?: ReactNode;
}

/** A form for any DataSchema, checked before it is sent; also as JSON. */
export function DataForm(props: DataFormProps) {
  const { submitLabel, children } = props;
  const t = useMessages(messages);
  const schema = useMemo(() => soundSchema(props.schema, { texts: true, deepest: 8 }), [props.schema]);
  const { value, faults, problem, busy, change, submit } = useForm(props, schema);
  const form = useRef<HTMLFormElement>(null);
  const [asJson, setAsJson] = useState(false);
  const kind = formKind(schema);
  const body = { schema, value, faults, change };
  useFocusOnFault(form, faults);
  return (
    <form ref={form} noValidate className={classes.form} onSubmit={submit} onKeyDown={submitByKeys}>
      <FormBody {...body} asJson={asJson} />
      {problem ? <ProblemNotice problem={problem} /> : null}
      <Group gap="xs">
        <Button type="submit" loading={busy}>
          {submitLabel}
        </Button>
        {children}
        {!props.changed && (kind === 'flat' || kind === 'nested') ? (
          <Button
            variant={asJson ? 'light' : 'subtle'}
            color="gray"
            ml="auto"
            aria-pressed={asJson}
            onClick={() => isWhole(form.current) && setAsJson(!asJson)}
          >
            {t.asJson}
          </Button>
        ) : null}
      </Group>
      <VisuallyHidden role="status">{busy ? t.sending : ''}</VisuallyHidden>
    </form>
  );
}

function submitByKeys({ key, ctrlKey, metaKey, currentTarget }: KeyboardEvent<HTMLFormElement>): void {
  if (key === 'Enter' && (ctrlKey || metaKey)) currentTarget.requestSubmit();
}

function FormBody({ asJson, ...body }: FormBodyProps & { readonly asJson: boolean }) {
  const t = useMessages(messages);
  const kind = asJson ? 'json' : formKind(body.schema);
  const whole = { ...body, label: t.value, error: body.faults.find(({ pointer }) => pointer === '')?.detail };
  switch (kind) {
    case 'leaf':
      return <LeafField {...whole} required />;
    case 'flat':
      return <FlatForm {...body} />;
    case 'json':
      return (
        <>
          <JsonField {...whole} />
          <FaultList faults={body.faults.filter(({ pointer }) => pointer !== '')} />
        </>
      );
    default:
      return (
        <Suspense fallback={<Skeleton height={160} />}>
          <NestedForm {...body} />
          <FaultList faults={body.faults} />
        </Suspense>
      );
  }
}

function useForm({ schema, initial, busy = false, submit, changed: told }: DataFormProps, sound: DataSchema) {
  const { language } = useLanguage();
  const start = useMemo(() => (initial === undefined ? startingValue(sound) : initial), [sound, initial]);
  const [changed, setChanged] = useState<{ readonly value: unknown }>();
  const [tried, setTried] = useState(0);
  const write = useWrite(submit);
  const value = changed ? changed.value : start;
  const own = useMemo(
    () => (tried > 0 ? checkData(schema, value, language) : none),
    [tried, schema, value, language],
  );
  return {
    value,
    problem: write.problem,
    busy: busy || write.busy,
    faults: own.length > 0 ? own : (write.problem?.errors ?? none),
    change(next: unknown): void {
      setChanged({ value: next });
      told?.(next);
      write.forget();
    },
    submit(event: SubmitEvent<HTMLFormElement>): void {
      event.preventDefault();
      event.stopPropagation();
      setTried(tried + 1);
      const sendable = isWhole(event.currentTarget) && checkData(schema, value).length === 0;
      if (sendable && !busy && !write.busy) void write.send(value);
    },
  };
}

const none: readonly Fault[] = [];

/** Whether all JSON that was typed is JSON; goes to the first that is not. */
function isWhole(form: HTMLFormElement | null): boolean {
  const broken = form?.querySelector<HTMLTextAreaElement>('textarea:invalid');
  broken?.focus();
  return !broken;
}

/** Goes to the first field that does not fit, when faults come up. */
function useFocusOnFault(form: { readonly current: HTMLFormElement | null }, faults: readonly Fault[]): void {
  const had = useRef(false);
  useEffect(() => {
    if (faults.length > 0 && !had.current)
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    had.current = faults.length > 0;
  }, [faults, form]);
}
