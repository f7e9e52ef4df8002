import { Text, Title } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { WireLine } from '../../page-data.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import { protocolLabel } from '../things/facet-label.ts';
import classes from './console.module.css';
import type { ExchangeLog, NumberedWireLine } from './exchange-log.ts';
import { messages } from './messages.ts';
import { milliseconds } from './milliseconds.ts';
import { bodyText } from './wire-body.ts';

/** How many messages are open at once: request, answer, and what comes between. */
const mostOpen = 6;
/** How many messages of a stream are shown. */
const most = 30;

/** Every message as its protocol carries it, in order. */
export function WireView({ log }: { readonly log: ExchangeLog }) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const { wire, messages: count } = log;
  const shown = wire.slice(-most);
  const [all, some] = [count.toLocaleString(language), shown.length.toLocaleString(language)];
  const first = wire.length === count ? (wire[0]?.at ?? log.startedAt) : log.startedAt;
  return (
    <section className={classes.wire}>
      <Title order={3} size="h6">
        {t.wire}{' '}
        <span className={classes.quiet}>
          {count > shown.length ? t.messagesLast(some, all) : t.messagesCount(all)}
        </span>
      </Title>
      {shown.length === 0 && <Text size="sm">{log.state === 'running' ? t.running : t.noWire}</Text>}
      <ol data-many={count > mostOpen || undefined}>
        {shown.map((line) => (
          <Message key={line.number} line={line} after={line.at - first} open={line.number <= mostOpen} />
        ))}
      </ol>
    </section>
  );
}

interface MessageProps {
  readonly line: NumberedWireLine;
  /** Milliseconds from the first message. */
  readonly after: number;
  readonly open: boolean;
}

function Message({ line, after, open }: MessageProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const { direction, protocol, start, fields, size } = line;
  const Icon = direction === 'sent' ? IconArrowUp : IconArrowDown;
  const body = bodyText(line);
  const isCut = size !== undefined && size > 65_536;
  return (
    <li className={classes.message} data-direction={direction}>
      <details open={open}>
        <summary>
          <span className={classes.quiet}>
            <Icon size={14} aria-hidden /> {t[direction]} · {protocolLabel(protocol)} · +
            {milliseconds(Math.max(0, after), language)}
          </span>
          <code>{start}</code>
        </summary>
        <Fields fields={fields} />
        {body !== undefined && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
          <pre className={classes.code} tabIndex={0}>
            {body}
          </pre>
        )}
        {isCut && <Text size="sm">{t.cut(size.toLocaleString(language))}</Text>}
      </details>
    </li>
  );
}

function Fields({ fields }: Pick<WireLine, 'fields'>) {
  if (fields.length === 0) return null;
  return (
    <dl className={classes.fields}>
      {fields.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a header may come twice, and none moves
        <div key={index}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
