import { Checkbox, Fieldset, Group, Stack, TextInput } from '@mantine/core';
import type { DataSchema, ThingDescription } from '../../../contracts/td.ts';
import { ownMember } from '../../../td/json-object.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { messages } from './messages.ts';
import type { Taken } from './operation.ts';
import type { Draft } from './selection.ts';

interface FieldsProps {
  readonly td: ThingDescription;
  readonly taken: Taken;
  readonly draft: Draft;
  change(draft: Draft): void;
}

/** What an operation takes beside its input: variables, names, an invocation. */
export function TryFields({ td, taken, draft, change }: FieldsProps) {
  const t = useMessages(messages);
  const variables = Object.entries(taken.variables);
  const set = (name: string, value: string) =>
    change({ ...draft, variables: { ...draft.variables, [name]: value } });
  return (
    <>
      {taken.names && <Names td={td} taken={taken} draft={draft} change={change} />}
      {taken.invocation && (
        <TextInput
          label={t.invocation}
          description={t.invocationHelp}
          value={draft.invocation}
          onChange={(event) => change({ ...draft, invocation: event.currentTarget.value })}
        />
      )}
      {variables.length > 0 && (
        <Fieldset legend={t.variables} p="sm">
          <Stack gap="xs">
            {variables.map(([name, schema]) => {
              const value = ownMember(draft.variables, name) ?? '';
              return <Variable key={name} {...{ name, schema, value, set }} />;
            })}
          </Stack>
        </Fieldset>
      )}
    </>
  );
}

interface VariableProps {
  readonly name: string;
  readonly schema: DataSchema;
  readonly value: string;
  set(name: string, value: string): void;
}

function Variable({ name, schema, value, set }: VariableProps) {
  const text = useTdText();
  const { description } = text(schema, name);
  const { type, minimum, maximum, enum: choices } = schema;
  const facts = [
    type,
    Array.isArray(choices) && choices.join(' | '),
    minimum !== undefined && `≥ ${minimum}`,
    maximum !== undefined && `≤ ${maximum}`,
  ];
  return (
    <TextInput
      label={name}
      description={[description, facts.filter(Boolean).join(' ')].filter(Boolean).join(' · ')}
      value={value}
      onChange={(event) => set(name, event.currentTarget.value)}
    />
  );
}

function Names({ td, taken, draft, change }: FieldsProps) {
  const t = useMessages(messages);
  const text = useTdText();
  return (
    <Checkbox.Group
      label={t.names}
      description={draft.names.length === 0 && t.namesNone}
      value={[...draft.names]}
      onChange={(names) => change({ ...draft, names })}
    >
      <Group gap="xs" my={6}>
        {taken.names?.map((name) => (
          <Checkbox
            key={name}
            value={name}
            label={text(ownMember(td.properties, name) ?? {}, name).title}
            data-td-text
          />
        ))}
      </Group>
    </Checkbox.Group>
  );
}
