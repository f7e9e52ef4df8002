import { Button, Radio, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { schemeOf } from '../../../td/protocol.ts';
import type { OfferedForm } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { protocolLabel } from '../things/facet-label.ts';
import classes from './console.module.css';
import { messages } from './messages.ts';
import type { Forms } from './use-forms.ts';

/** By which form a call goes, with the reason; the others a click away. */
export function FormChooser({ forms }: { readonly forms: Forms }) {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const [open, setOpen] = useState(forms.byHand);
  const { offered, chosen, preferred } = forms;
  const choose = (index: string) => {
    const form = Number(index) === preferred ? undefined : Number(index);
    void navigate({ to: '.', search: (s: object) => ({ ...s, form }), replace: true, resetScroll: false });
  };
  if (offered.length === 0) return <Text size="sm">{t.byAddress}</Text>;
  return (
    <Stack gap={4}>
      <Radio.Group label={t.form} value={String(chosen)} onChange={choose}>
        <Stack gap="xs" mt={4}>
          {offered.map((form, index) =>
            // biome-ignore lint/suspicious/noArrayIndexKey: the place is what tells equal forms apart
            open || index === chosen ? <FormRow key={index} {...{ form, index, forms }} /> : null,
          )}
        </Stack>
      </Radio.Group>
      {offered.length > 1 && (
        <Button
          className={classes.more}
          variant="subtle"
          size="compact-sm"
          onClick={() => setOpen(!open)}
          aria-expanded={open}
        >
          {open ? t.fewerForms : t.otherForms(offered.length - 1)}
        </Button>
      )}
    </Stack>
  );
}

interface FormRowProps {
  readonly form: OfferedForm;
  readonly index: number;
  readonly forms: Forms;
}

function FormRow({ form: { form, protocol, usable, reason }, index, forms }: FormRowProps) {
  const t = useMessages(messages);
  const own = index === forms.preferred ? t.preferred : index === forms.chosen ? t.chosenByHand : t.usableToo;
  const why = usable ? own : reason || t.noClient(schemeOf(form));
  const topic = form['mqv:topic'] ?? form['mqv:filter'];
  return (
    <Radio
      value={String(index)}
      disabled={!usable}
      label={[protocolLabel(protocol), form.subprotocol, form.contentType].filter(Boolean).join(' · ')}
      description={
        <>
          <span className={classes.href}>{[form.href, topic].filter(Boolean).join(' ')}</span> {why}
        </>
      }
      classNames={{ description: classes.formWhy }}
    />
  );
}
