import { Badge, Code, Group, Text } from '@mantine/core';
import type { Form, PropertyAffordance } from '../../../../contracts/td.ts';
import { defaultContentType, defaultOps, opsOf } from '../../../../td/defaults.ts';
import { useMessages } from '../../language/language.tsx';
import { messages } from '../messages.ts';
import classes from './property-detail.module.css';

/** Where the operations of a property go to, in the order of the TD. */
export function FormList({ property }: { readonly property: PropertyAffordance }) {
  const t = useMessages(messages);
  const forms = (property.forms ?? []) as readonly Form[];
  if (forms.length === 0) return <Text size="sm">{t.noAddresses}</Text>;
  return (
    <ul className={classes.forms}>
      {forms.map((form) => {
        const ops = opsOf(form) ?? defaultOps('properties', property);
        return (
          <li key={`${form.href} ${ops.join(' ')} ${form.subprotocol} ${form.contentType}`}>
            <Code className={classes.address}>{form.href}</Code>
            <Group gap={4}>
              {[...ops, form.subprotocol, form.contentType ?? defaultContentType].map((word) =>
                word === undefined ? null : (
                  <Badge key={word} size="sm" variant="default" tt="none" fw={500}>
                    {word}
                  </Badge>
                ),
              )}
            </Group>
          </li>
        );
      })}
    </ul>
  );
}
