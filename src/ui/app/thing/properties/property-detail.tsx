import { Button, Drawer, Group, Stack, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconTerminal2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ThingDescription } from '../../../../contracts/td.ts';
import { ownMember } from '../../../../td/json-object.ts';
import { PropertyControl } from '../../controls/property-control.tsx';
import { useMessages } from '../../language/language.tsx';
import { useTdText } from '../../language/td-text.ts';
import type { LiveThing } from '../../live/live.ts';
import { Guarded } from '../../notices/guarded.tsx';
import { PinButton } from '../../overview/pin-button.tsx';
import { JsonDetails } from '../../values/json-details.tsx';
import { PropertyValue } from '../../values/property-value.tsx';
import { Description } from '../description.tsx';
import { messages } from '../messages.ts';
import { useSearchText } from '../use-search-text.ts';
import { FormList } from './form-list.tsx';
import classes from './property-detail.module.css';
import { isNumeric, isWritable } from './property-groups.ts';
import { PropertyTrend } from './property-trend.tsx';
import { ReadNow } from './read-now.tsx';
import { SchemaFacts } from './schema-facts.tsx';
import { type PropertyProps, useDismiss, useThingProperty, useWrite } from './use-thing-property.ts';

interface PropertyDetailProps {
  readonly td: ThingDescription;
  readonly thing: LiveThing;
}

/** Everything about the property in `?property=`, in a drawer beside the page. */
export function PropertyDetail({ td, thing }: PropertyDetailProps) {
  const t = useMessages(messages);
  const text = useTdText();
  const [name = '', open] = useSearchText('property');
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const property = ownMember(td.properties, name);
  const title = property ? text(property, name).title : '';
  return (
    <Drawer.Root
      opened={property !== undefined}
      onClose={() => open(undefined)}
      position="right"
      size={narrow ? '100%' : 560}
    >
      <Drawer.Overlay />
      <Drawer.Content>
        <div className={classes.head}>
          <Drawer.Title className={classes.title} title={title} data-td-text dir="auto">
            {title}
          </Drawer.Title>
          <PinButton thing={thing.name} kind="properties" affordance={name} />
          <Drawer.CloseButton aria-label={t.close} size={narrow ? 44 : 36} />
        </div>
        <Drawer.Body>
          {property ? (
            <Guarded what={title}>
              <Detail thing={thing} name={name} property={property} />
            </Guarded>
          ) : null}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Detail(props: PropertyProps) {
  const { thing, name, property } = props;
  const { title, description } = useTdText()(property, name);
  const live = useThingProperty(props);
  const write = useWrite(thing, name);
  const dismiss = useDismiss(thing, name);
  return (
    <Stack gap="md">
      <Description text={description} lines={6} />
      <div className={classes.value}>
        {property.writeOnly ? null : <PropertyValue schema={property} live={live} />}
      </div>
      {isWritable(property) ? (
        <PropertyControl label={title} schema={property} live={live} write={write} dismiss={dismiss} />
      ) : null}
      {isNumeric(property) ? <PropertyTrend {...props} /> : null}
      {property.writeOnly ? null : <ReadNow {...props} />}
      <Facts {...props} value={live.value} />
    </Stack>
  );
}

function Facts({ name, property, value }: PropertyProps & { readonly value: unknown }) {
  const t = useMessages(messages);
  return (
    <>
      <Title order={3} size="h5">
        {t.schema}
      </Title>
      <SchemaFacts name={name} property={property} />
      <Title order={3} size="h5">
        {t.addresses}
      </Title>
      <FormList property={property} />
      <Group>
        <Button
          variant="default"
          leftSection={<IconTerminal2 size={16} aria-hidden />}
          renderRoot={(root) => (
            <Link {...root} to="." search={{ view: 'console', kind: 'properties', affordance: name }} />
          )}
        >
          {t.openInConsole}
        </Button>
      </Group>
      <JsonDetails label={t.rawValue} value={value} />
      <JsonDetails label={t.rawSchema} value={property} />
    </>
  );
}
