import { useState } from 'react';
import { useLanguage, useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';
import classes from './values.module.css';

const most = 20_000;

/** A value as JSON, to be opened. */
export function JsonDetails({ value, label }: { readonly value: unknown; readonly label?: string }) {
  const t = useMessages(messages);
  const [open, setOpen] = useState(false);
  return (
    <details className={classes.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{label ?? t.json}</summary>
      {open ? <Json value={value} /> : null}
    </details>
  );
}

function Json({ value }: { readonly value: unknown }) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const text = JSON.stringify(value, null, 2) ?? '';
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre className={classes.json} tabIndex={0}>
        {text.slice(0, most)}
      </pre>
      {text.length > most ? <p>{t.cut(text.length.toLocaleString(language))}</p> : null}
    </>
  );
}
