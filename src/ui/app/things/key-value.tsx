import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { KeyProperty, ThingSummary } from '../../page-data.ts';
import { PropertyControl } from '../controls/property-control.tsx';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import type { LiveValue } from '../live/live.ts';
import { useProperty } from '../live/use-live.ts';
import { useWrite } from '../thing/properties/use-thing-property.ts';
import { PropertyValue } from '../values/property-value.tsx';
import { messages } from './messages.ts';
import classes from './things.module.css';

interface KeyedProps {
  readonly thing: ThingSummary;
  readonly keyed: KeyProperty;
}

/** The live value that tells most of a Thing, with a switch where it is one. */
export function KeyValue({ thing }: { readonly thing: ThingSummary }) {
  const t = useMessages(messages);
  return thing.key ? (
    <LiveKey thing={thing} keyed={thing.key} />
  ) : (
    <Text size="sm" className={classes.quiet}>
      {t.noKey}
    </Text>
  );
}

function LiveKey({ thing, keyed }: KeyedProps) {
  const active = useStays();
  const live = useProperty(thing, keyed.name, { observable: keyed.observable, active });
  const title = useTdText()(keyed, keyed.name).title;
  const { schema } = keyed;
  return (
    <div className={classes.key}>
      <div className={classes.keyValue}>
        <bdi className={`${classes.quiet} ${classes.clamp}`} data-td-text title={title}>
          {title}
        </bdi>
        <PropertyValue schema={schema} live={live} compact />
      </div>
      {schema.type === 'boolean' && schema.readOnly !== true ? (
        <KeySwitch thing={thing} keyed={keyed} live={live} />
      ) : null}
    </div>
  );
}

function KeySwitch({ thing, keyed, live }: KeyedProps & { readonly live: LiveValue }) {
  const write = useWrite(thing, keyed.name);
  const label = useTdText()(keyed, keyed.name).title;
  return (
    <div className={classes.above}>
      <PropertyControl label={`${label}, ${thing.title}`} schema={keyed.schema} live={live} write={write} />
    </div>
  );
}

/** True once the component has been there for a moment: what merely scrolls past asks for nothing. */
function useStays(): boolean {
  const [stays, setStays] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setStays(true), 100);
    return () => clearTimeout(timer);
  }, []);
  return stays;
}
