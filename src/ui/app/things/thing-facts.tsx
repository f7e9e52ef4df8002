import { Badge } from '@mantine/core';
import { IconCircleCheck, IconPlugConnectedX } from '@tabler/icons-react';
import type { ThingSummary } from '../../page-data.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import { protocolLabel } from './facet-label.ts';
import { messages } from './messages.ts';
import classes from './things.module.css';

interface FactProps {
  readonly thing: ThingSummary;
}

/** Whether the device of a Thing answers, in words; why not and since when in the tooltip. */
export function ThingStatus({ thing: { fault } }: FactProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  if (!fault) {
    return (
      <span className={classes.status}>
        <IconCircleCheck size={15} aria-hidden />
        {t.reachable}
      </span>
    );
  }
  const since = new Date(fault.since).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <span
      className={classes.status}
      data-unreachable
      title={`${fault.message} (${fault.code}), ${t.since(since)}`}
    >
      <IconPlugConnectedX size={15} aria-hidden />
      {t.unreachable}
    </span>
  );
}

/** The protocols that a Thing speaks. */
export function ThingProtocols({ thing: { protocols } }: FactProps) {
  return (
    <span className={classes.protocols}>
      {protocols.map((protocol) => (
        <Badge key={protocol} size="sm" variant="default" tt="none" fw={500}>
          {protocolLabel(protocol)}
        </Badge>
      ))}
    </span>
  );
}
