import { Code } from '@mantine/core';
import type { Fault } from '../../../contracts/errors.ts';
import { useMessages } from '../language/language.tsx';
import classes from './controls.module.css';
import { messages } from './messages.ts';

const most = 8;

/** What does not fit, by its place in the value. */
export function FaultList({ faults }: { readonly faults: readonly Fault[] }) {
  const t = useMessages(messages);
  if (faults.length === 0) return null;
  return (
    <ul className={classes.faults} role="alert">
      {faults.slice(0, most).map(({ pointer, detail }) => (
        <li key={`${pointer} ${detail}`}>
          {pointer === '' ? t.wholeValue : <Code>{pointer}</Code>} {detail}
        </li>
      ))}
    </ul>
  );
}
