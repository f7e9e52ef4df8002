import { Button } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { useMessages } from '../language/language.tsx';
import { DataForm } from './data-form.tsx';
import { messages } from './messages.ts';
import type { PropertyControlProps } from './property-control.tsx';
import { shownValue } from './shown-value.ts';
import { useKeptFocus } from './use-kept-focus.ts';

/** What has members is edited in a form that opens in place; it starts from the value of that moment, which later ones leave alone. */
export function DataControl({ label, schema, live, write }: PropertyControlProps) {
  const t = useMessages(messages);
  const [from, setFrom] = useState<{ readonly value: unknown }>();
  const kept = useKeptFocus<HTMLDivElement>();
  const close = () => setFrom(undefined);
  return (
    <div {...kept}>
      {from === undefined ? (
        <Button
          variant="default"
          size="sm"
          leftSection={<IconPencil size={16} aria-hidden />}
          aria-expanded={false}
          aria-label={`${t.edit}: ${label}`}
          onClick={() => setFrom({ value: shownValue(schema, live) })}
        >
          {t.edit}
        </Button>
      ) : (
        <DataForm
          schema={schema}
          submitLabel={schema.writeOnly === true ? t.send : t.apply}
          initial={from.value}
          submit={async (value) => {
            await write(value);
            close();
          }}
        >
          <Button variant="subtle" color="gray" onClick={close}>
            {t.cancel}
          </Button>
        </DataForm>
      )}
    </div>
  );
}
