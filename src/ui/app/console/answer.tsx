import { Button, Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { DataSchema, ThingDescription } from '../../../contracts/td.ts';
import { isJsonObject, ownMember } from '../../../td/json-object.ts';
import type { CarriedValue, ExchangeLine, ExchangeRequest, Verdict } from '../../page-data.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import { ValueText } from '../values/property-value.tsx';
import classes from './console.module.css';
import { CopyIcon } from './copy-icon.tsx';
import { messages } from './messages.ts';
import { searchOf } from './selection.ts';
import { bodyText, bytesOf } from './wire-body.ts';

interface AnswerProps {
  readonly td: ThingDescription;
  readonly request: ExchangeRequest;
  readonly result: Extract<ExchangeLine, { readonly line: 'result' }>;
}

/** The value that a Thing answered, with what it is worth. */
export function Answer({ td, request, result }: AnswerProps) {
  const { value, verdict, location } = result;
  const id = location ?? invocationOf(value);
  return (
    <Stack gap="xs">
      {verdict && <VerdictText verdict={verdict} />}
      <Carried schema={schemaOf(td, request)} carried={result} />
      {request.op === 'invokeaction' && id !== undefined && <GoesOn request={request} id={id} />}
    </Stack>
  );
}

/** The DataSchema of what an operation answers. */
export function schemaOf(td: ThingDescription, { op, name = '' }: ExchangeRequest, told = name): DataSchema {
  if (/property|properties/.test(op)) return ownMember(td.properties, told) ?? {};
  if (op === 'invokeaction') return ownMember(td.actions, name)?.output ?? {};
  return ownMember(td.events, told)?.data ?? {};
}

interface VerdictProps {
  readonly verdict: Verdict;
  /** Instead of the usual words for a misfit. */
  readonly title?: string;
}

/** Whether a value fits its DataSchema, and where not. */
export function VerdictText({ verdict: { fits, errors }, title }: VerdictProps) {
  const t = useMessages(messages);
  if (fits) {
    return (
      <span className={classes.state} data-state="fresh">
        <IconCircleCheck size={16} aria-hidden /> {t.fits}
      </span>
    );
  }
  return (
    <div className={classes.misfit}>
      <Text size="sm" fw={600}>
        {title ?? t.misfit}
      </Text>
      <ul>
        {errors.map(({ pointer, detail }) => (
          <li key={`${pointer} ${detail}`}>
            {pointer === '' ? t.whole : <code>{pointer}</code>} {detail}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface CarriedProps {
  readonly schema: DataSchema;
  readonly carried: CarriedValue;
}

/** A value as its DataSchema says, bytes as an image or in hexadecimal. */
export function Carried({ schema, carried: { value, base64, type = '', size } }: CarriedProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  if (base64 !== undefined) return <Bytes base64={base64} type={type} />;
  if (size !== undefined) return <Text size="sm">{t.tooLarge(size.toLocaleString(language), type)}</Text>;
  if (value === undefined) return <Text size="sm">{t.noValue}</Text>;
  if (typeof value === 'object' && value !== null) return <Block text={JSON.stringify(value, null, 2)} />;
  return (
    <div className={classes.value} data-td-text dir="auto">
      <ValueText schema={schema} value={value} />
    </div>
  );
}

function Bytes({ base64, type }: { readonly base64: string; readonly type: string }) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const isImage = /^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(type);
  return (
    <>
      <Text size="sm">{t.bytes(bytesOf(base64).length.toLocaleString(language), type)}</Text>
      {isImage && <img className={classes.image} src={`data:${type};base64,${base64}`} alt={t.answer} />}
      <Block text={bodyText({ base64 }) ?? ''} />
    </>
  );
}

const mostShown = 50_000;

/** Text as it is, to scroll and to copy. */
function Block({ text }: { readonly text: string }) {
  return (
    <div className={classes.block}>
      <div className={classes.copyHere}>
        <CopyIcon text={text} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre className={classes.code} tabIndex={0}>
        {text.length > mostShown ? `${text.slice(0, mostShown)}…` : text}
      </pre>
    </div>
  );
}

/** The invocation that the status of an asynchronous action names. */
function invocationOf(value: unknown): string | undefined {
  if (!isJsonObject(value)) return undefined;
  return [value['href'], value['id']].find((each) => typeof each === 'string');
}

function GoesOn({ request: { kind, name }, id }: { readonly request: ExchangeRequest; readonly id: string }) {
  const t = useMessages(messages);
  return (
    <Group gap="xs">
      <Text size="sm">{t.location}</Text>
      {(['queryaction', 'cancelaction'] as const).map((op) => (
        <Button
          key={op}
          variant="default"
          size="compact-sm"
          renderRoot={(root) => (
            <Link
              {...root}
              to="."
              search={(s: object) => ({ ...s, ...searchOf({ kind, name }), op, invocation: id })}
              resetScroll={false}
            />
          )}
        >
          {t[op]}
        </Button>
      ))}
    </Group>
  );
}
