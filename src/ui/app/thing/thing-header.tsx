import { Badge, Group, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconId,
  IconLink,
  IconMapPin,
  IconPlugConnectedX,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ThingDescription } from '../../../contracts/td.ts';
import { stringList } from '../../../td/json-object.ts';
import type { ThingSummary } from '../../page-data.ts';
import { useLoginEnded, useThing } from '../api/things.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { useConnection } from '../live/use-live.ts';
import { protocolLabel } from '../things/facet-label.ts';
import { TypeIcon } from '../values/type-icon.tsx';
import { CopyButton } from './copy-button.tsx';
import { Description } from './description.tsx';
import { messages } from './messages.ts';
import classes from './thing-header.module.css';
import { useClockTime } from './use-clock-time.ts';

interface ThingHeaderProps {
  readonly td: ThingDescription;
  readonly name: string;
}

/** What the Thing is, where it stands, whether it answers. */
export function ThingHeader({ td, name }: ThingHeaderProps) {
  const t = useMessages(messages);
  const { title, description } = useTdText()(td, name);
  const summary = useThing(name);
  const types = stringList(td['@type']);
  return (
    <header className={classes.header}>
      <div className={classes.icon}>
        <TypeIcon types={types} title={title} size={28} />
      </div>
      <div className={classes.text}>
        <Group justify="space-between" align="start" wrap="nowrap" gap="xs">
          <Title order={1} lineClamp={2} title={title} data-td-text dir="auto">
            {title}
          </Title>
          <Group gap={4} wrap="nowrap">
            <CopyButton label={t.copyLink} text={() => location.href} icon={IconLink} />
            {td.id === undefined ? null : (
              <CopyButton
                label={`${t.copyId}: ${td.id.slice(0, 100)}`}
                text={() => td.id ?? ''}
                icon={IconId}
              />
            )}
          </Group>
        </Group>
        <Description text={description} lines={2} />
        <Facts td={td} types={types} summary={summary} />
      </div>
    </header>
  );
}

interface FactsProps {
  readonly td: ThingDescription;
  readonly types: readonly string[];
  readonly summary?: ThingSummary;
}

function Facts({ td: { version }, types, summary }: FactsProps) {
  const t = useMessages(messages);
  const instance = version?.instance ?? version?.model;
  return (
    <Group gap={6} mt={8}>
      {summary ? <Reach fault={summary.fault} /> : null}
      {summary?.location === undefined ? null : (
        <Badge variant="default" leftSection={<IconMapPin size={13} aria-hidden />} className={classes.badge}>
          {summary.location}
        </Badge>
      )}
      {types.map((type) => (
        <Badge key={type} variant="default" title={type} className={classes.badge}>
          {type}
        </Badge>
      ))}
      {summary?.protocols.map((protocol) => (
        <Badge key={protocol} variant="light" color="gray" autoContrast className={classes.badge}>
          {protocolLabel(protocol)}
        </Badge>
      ))}
      {instance === undefined ? null : (
        <Badge variant="default" className={classes.badge}>
          {t.version(String(instance))}
        </Badge>
      )}
    </Group>
  );
}

/** Whether the device answers, in words; why not, where it does not. */
function Reach({ fault }: Pick<ThingSummary, 'fault'>) {
  const t = useMessages(messages);
  const clockTime = useClockTime();
  const ended = useLoginEnded();
  if (useConnection().state === 'offline')
    return <Word state="unsure" icon={IconPlugConnectedX} text={ended ? t.loginEnded : t.unsure} />;
  if (!fault) return <Word state="reachable" icon={IconCircleCheck} text={t.reachable} />;
  const why = t.faultSince(fault.message, clockTime(fault.since));
  return (
    <Word state="unreachable" icon={IconAlertTriangle} text={`${t.unreachable}: ${why}`} title={fault.code} />
  );
}

interface WordProps {
  readonly state: 'reachable' | 'unreachable' | 'unsure';
  readonly icon: TablerIcon;
  readonly text: string;
  readonly title?: string;
}

function Word({ state, icon: Icon, text, title }: WordProps) {
  return (
    <span className={classes.reach} data-state={state} title={title}>
      <Icon size={16} aria-hidden /> {text}
    </span>
  );
}
