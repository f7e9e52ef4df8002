import { ActionIcon, Group, Title } from '@mantine/core';
import { IconChartLine } from '@tabler/icons-react';
import { PropertyControl } from '../../controls/property-control.tsx';
import { useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import { PropertyValue } from '../../values/property-value.tsx';
import { messages } from '../messages.ts';
import { useSearchText } from '../use-search-text.ts';
import classes from './primary-card.module.css';
import { isNumeric, isWritable } from './property-groups.ts';
import { PropertyTrend } from './property-trend.tsx';
import { type PropertyProps, useDismiss, useThingProperty, useWrite } from './use-thing-property.ts';

/** A property that the Thing is there for: large value, control, trend. */
export function PrimaryCard(props: PropertyProps) {
  const { name, property } = props;
  const t = useMessages(messages);
  const { title, description } = useTdText()(property, name);
  const [, open] = useSearchText('property', { back: true });
  return (
    <article className={classes.card} aria-label={title.slice(0, 200)}>
      <Group justify="space-between" wrap="nowrap" gap="xs" align="start">
        <Title order={2} className={classes.title} title={description} data-td-text dir="auto" lineClamp={2}>
          {title}
        </Title>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={32}
          onClick={() => open(name)}
          aria-haspopup="dialog"
          aria-label={t.showDetails(title.slice(0, 200))}
        >
          <IconChartLine size={18} aria-hidden />
        </ActionIcon>
      </Group>
      <Body {...props} title={title} />
    </article>
  );
}

function Body({ title, ...props }: PropertyProps & { readonly title: string }) {
  const { thing, name, property } = props;
  const live = useThingProperty(props);
  const write = useWrite(thing, name);
  const dismiss = useDismiss(thing, name);
  return (
    <div className={classes.body} data-trend={isNumeric(property) || undefined}>
      <div className={classes.value}>
        {property.writeOnly ? null : <PropertyValue schema={property} live={live} />}
      </div>
      {isNumeric(property) ? (
        <div className={classes.trend}>
          <PropertyTrend {...props} small />
        </div>
      ) : null}
      {isWritable(property) ? (
        <div className={classes.control}>
          <PropertyControl label={title} schema={property} live={live} write={write} dismiss={dismiss} />
        </div>
      ) : null}
    </div>
  );
}
