import { memo } from 'react';
import { PropertyControl } from '../../controls/property-control.tsx';
import { useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import { Guarded } from '../../notices/guarded.tsx';
import { useOnScreen } from '../../shell/use-on-screen.ts';
import { PropertyValue } from '../../values/property-value.tsx';
import { messages } from '../messages.ts';
import { isNumeric, isWritable } from './property-groups.ts';
import classes from './property-row.module.css';
import { PropertyTrend } from './property-trend.tsx';
import { type PropertyProps, useDismiss, useThingProperty, useWrite } from './use-thing-property.ts';

interface PropertyRowProps extends PropertyProps {
  open(name: string): void;
}

/** One property: what it is, its trend, its value; its control below where it can be written. Live while it is on the screen; what was typed stays when it leaves. */
export const PropertyRow = memo(({ open, ...props }: PropertyRowProps) => {
  const t = useMessages(messages);
  const { title, description } = useTdText()(props.property, props.name);
  const [ref, onScreen, seen] = useOnScreen<HTMLLIElement>();
  return (
    <li ref={ref} className={classes.row}>
      <div className={classes.label}>
        <button
          type="button"
          className={classes.open}
          onClick={() => open(props.name)}
          aria-haspopup="dialog"
          title={title.length > 40 ? title : undefined}
          aria-label={t.showDetails(title)}
        >
          <bdi data-td-text>{title}</bdi>
        </button>
        {description === undefined ? null : (
          <span className={classes.description} data-td-text dir="auto">
            {description}
          </span>
        )}
      </div>
      {seen ? (
        <Guarded what={title}>
          <LiveCells {...props} title={title} active={onScreen} />
        </Guarded>
      ) : null}
    </li>
  );
});

interface LiveCellsProps extends PropertyProps {
  readonly title: string;
  readonly active: boolean;
}

function LiveCells({ title, active, ...props }: LiveCellsProps) {
  const { thing, name, property } = props;
  const live = useThingProperty(props, active);
  const write = useWrite(thing, name);
  const dismiss = useDismiss(thing, name);
  const large = property.type === 'object' || property.type === 'array' || property.type === undefined;
  const numeric = isNumeric(property);
  return (
    <>
      {numeric ? (
        <div className={classes.trend}>
          <PropertyTrend {...props} small active={active} />
        </div>
      ) : null}
      <div className={classes.value} data-alone={!numeric || undefined} data-large={large || undefined}>
        {property.writeOnly ? null : <PropertyValue schema={property} live={live} />}
      </div>
      {isWritable(property) ? (
        <div className={classes.control}>
          <PropertyControl label={title} schema={property} live={live} write={write} dismiss={dismiss} />
        </div>
      ) : null}
    </>
  );
}
