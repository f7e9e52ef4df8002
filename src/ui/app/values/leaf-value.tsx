import { Anchor } from '@mantine/core';
import { useState } from 'react';
import type { DataSchema } from '../../../contracts/td.ts';
import { unitSymbol } from '../../../td/unit-symbol.ts';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';
import { useValueText } from './use-value-text.ts';
import { valueLook } from './value-look.ts';
import classes from './values.module.css';

interface LeafProps {
  readonly schema: DataSchema;
  readonly value: unknown;
  readonly short: boolean;
}

/** A value that has no members, or what is said of one that has in one line. */
export function LeafValue(props: LeafProps) {
  const { schema, value, short } = props;
  const text = useValueText()(schema, value);
  const t = useMessages(messages);
  const look = valueLook(schema, value);
  switch (look.as) {
    case 'number':
      return <NumberValue schema={schema} value={value as number} text={text} />;
    case 'image':
      return <img className={classes.image} data-short={short || undefined} src={look.href} alt={t.image} />;
    case 'link':
      return short ? <Cut text={text} /> : <Link href={look.href} />;
    case 'colour':
      return (
        <span className={classes.colour}>
          <span className={classes.swatch} style={{ background: String(value) }} aria-hidden />
          {text}
        </span>
      );
    case 'date':
      return (
        <time dateTime={String(value)} title={String(value)}>
          {text}
        </time>
      );
    case 'long':
      return short ? <Cut text={text} /> : <LongText text={text} />;
    case 'text':
      return <Cut text={text} />;
    default:
      return <span>{text}</span>;
  }
}

function NumberValue({
  schema,
  value,
  text,
}: {
  readonly schema: DataSchema;
  readonly value: number;
  readonly text: string;
}) {
  const unit = unitSymbol(schema.unit);
  return (
    <span
      className={classes.number}
      title={typeof schema.unit === 'string' ? `${value} ${schema.unit}` : String(value)}
    >
      {text}
      {unit === '' ? null : (
        <span className={classes.unit}>{unit === '%' ? '\u202f%' : `\u00a0${unit}`}</span>
      )}
    </span>
  );
}

function Link({ href }: { readonly href: string }) {
  return (
    <Anchor href={href} target="_blank" rel="noopener noreferrer" className={classes.link} title={href}>
      {href}
    </Anchor>
  );
}

function Cut({ text }: { readonly text: string }) {
  return (
    <span className={classes.cut} title={text.slice(0, 2000)} dir="auto" data-td-text>
      {text.slice(0, 2000)}
    </span>
  );
}

function LongText({ text }: { readonly text: string }) {
  const t = useMessages(messages);
  const [open, setOpen] = useState(false);
  return (
    <div>
      <div className={open ? classes.long : classes.cut} dir="auto" data-td-text>
        {text.slice(0, open ? 20_000 : 500)}
      </div>
      <button type="button" className={classes.disclose} aria-expanded={open} onClick={() => setOpen(!open)}>
        {t.showAll}
      </button>
    </div>
  );
}
