import { Button, FileInput, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { DataForm } from '../controls/data-form.tsx';
import { useMessages } from '../language/language.tsx';
import { parseJson } from '../parse-json.ts';
import { useSearchText } from '../thing/use-search-text.ts';
import { JsonInput } from './json-input.tsx';
import { messages } from './messages.ts';
import { inputText, type Taken } from './operation.ts';
import type { Draft } from './selection.ts';

interface InputProps {
  readonly taken: Taken;
  readonly draft: Draft;
  change(draft: Draft): void;
  run(input?: string): void;
  /** The button that stops what runs. */
  readonly stop: ReactNode;
}

/** The input as a form that its DataSchema makes, as JSON that may be wrong on purpose, or as a file. */
export function InputEditor({ taken, draft, change, run, stop }: InputProps) {
  const t = useMessages(messages);
  const [as] = useSearchText('as');
  const { input: schema, bytes } = taken;
  const buttons = (
    <Group gap="xs">
      <Button leftSection={<IconSend size={16} aria-hidden />} onClick={() => run()} title={t.runHint}>
        {t.run}
      </Button>
      {stop}
    </Group>
  );
  if (schema === undefined) return buttons;
  if (bytes !== undefined) {
    const pick = async (file: File | null) =>
      change({ ...draft, base64: file ? await base64Of(file) : undefined });
    return (
      <>
        <FileInput clearable label={t.file(bytes)} placeholder={t.pickFile} accept={bytes} onChange={pick} />
        {buttons}
      </>
    );
  }
  const text = inputText(schema, draft);
  const parsed = parseJson(text);
  const keep = (value: unknown) => {
    const input = JSON.stringify(value, null, 2) ?? '';
    change({ ...draft, input });
    return input;
  };
  return (
    <Stack gap="xs">
      <ViewChoice />
      {as === 'json' ? (
        <>
          <JsonInput schema={schema} text={text} change={(input) => change({ ...draft, input })} />
          {buttons}
        </>
      ) : (
        <DataForm
          schema={schema}
          submitLabel={t.run}
          initial={'value' in parsed ? parsed.value : undefined}
          changed={keep}
          submit={(value) => run(keep(value))}
        >
          {stop}
        </DataForm>
      )}
    </Stack>
  );
}

function ViewChoice() {
  const t = useMessages(messages);
  const [as, show] = useSearchText('as');
  return (
    <Group justify="space-between">
      <Text size="sm" fw={500}>
        {t.input}
      </Text>
      <SegmentedControl
        size="xs"
        aria-label={t.inputAs}
        value={as === 'json' ? 'json' : 'form'}
        onChange={(chosen) => show(chosen === 'json' ? chosen : undefined)}
        data={[
          { value: 'form', label: t.asForm },
          { value: 'json', label: t.asJson },
        ]}
      />
    </Group>
  );
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const parts = Array.from({ length: Math.ceil(bytes.length / 8192) }, (_, index) =>
    String.fromCharCode(...bytes.subarray(index * 8192, (index + 1) * 8192)),
  );
  return btoa(parts.join(''));
}
