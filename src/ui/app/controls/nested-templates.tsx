import { ActionIcon, Button, Input, Select, Text } from '@mantine/core';
import type {
  ArrayFieldItemTemplateProps,
  ArrayFieldTemplateProps,
  FieldTemplateProps,
  MultiSchemaFieldTemplateProps,
  ObjectFieldTemplateProps,
  WidgetProps,
} from '@rjsf/utils';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useMessages } from '../language/language.tsx';
import classes from './controls.module.css';
import { messages } from './messages.ts';
import { useLabel } from './nested-fields.tsx';

/** Members under their title; at the top the page has a title already. */
function Group({
  label,
  description,
  isTop,
  children,
}: {
  readonly label: string;
  readonly description?: string;
  readonly isTop: boolean;
  readonly children: ReactNode;
}) {
  return (
    <fieldset className={classes.group} {...(isTop && { 'aria-label': label })}>
      {isTop ? null : (
        <legend className={classes.legend} dir="auto" data-td-text>
          {label}
        </legend>
      )}
      {isTop || description === undefined ? null : (
        <Text size="xs" lineClamp={4} dir="auto" data-td-text title={description}>
          {description}
        </Text>
      )}
      {children}
    </fieldset>
  );
}

function ObjectFields({ schema, title, fieldPathId, properties }: ObjectFieldTemplateProps) {
  const label = useLabel(schema, title, fieldPathId.path);
  return (
    <Group {...label} isTop={fieldPathId.path.length === 0}>
      {properties.map(({ name, content }) => (
        <div key={name}>{content}</div>
      ))}
    </Group>
  );
}

function ArrayFields({
  schema,
  title,
  fieldPathId,
  items,
  canAdd,
  onAddClick,
  rawErrors,
}: ArrayFieldTemplateProps) {
  const t = useMessages(messages);
  const label = useLabel(schema, title, fieldPathId.path);
  return (
    <Group {...label} isTop={fieldPathId.path.length === 0}>
      {items}
      {rawErrors?.map((error) => (
        <Input.Error key={error}>{error}</Input.Error>
      ))}
      {canAdd ? (
        <div>
          <Button
            variant="default"
            size="sm"
            leftSection={<IconPlus size={16} aria-hidden />}
            aria-label={`${t.addItem}: ${label.label}`}
            onClick={onAddClick}
          >
            {t.addItem}
          </Button>
        </div>
      ) : null}
    </Group>
  );
}

function ArrayItem({ children, index, buttonsProps }: ArrayFieldItemTemplateProps) {
  const t = useMessages(messages);
  return (
    <div className={classes.item}>
      <div>{children}</div>
      {buttonsProps.hasRemove ? (
        <ActionIcon
          variant="subtle"
          color="red"
          size={36}
          className={classes.remove}
          aria-label={t.removeItem(index + 1)}
          onClick={buttonsProps.onRemoveItem}
        >
          <IconTrash size={18} aria-hidden />
        </ActionIcon>
      ) : null}
    </div>
  );
}

function Alternatives({ selector, optionSchemaField }: MultiSchemaFieldTemplateProps) {
  return (
    <div className={classes.group}>
      {selector}
      {optionSchemaField}
    </div>
  );
}

/** Chooses one of several alternatives. */
function AlternativeSelect({ label, value, options, onChange }: WidgetProps) {
  const t = useMessages(messages);
  return (
    <Select
      label={label === '' ? t.kind : label}
      data={(options.enumOptions ?? []).map((option) => ({
        label: option.label,
        value: String(option.value),
      }))}
      value={value === undefined ? null : String(value)}
      onChange={(chosen) => onChange(chosen)}
      allowDeselect={false}
    />
  );
}

function Field({ children }: FieldTemplateProps) {
  return children;
}

export const templates = {
  FieldTemplate: Field,
  ObjectFieldTemplate: ObjectFields,
  ArrayFieldTemplate: ArrayFields,
  ArrayFieldItemTemplate: ArrayItem,
  MultiSchemaFieldTemplate: Alternatives,
};

export const widgets = { SelectWidget: AlternativeSelect };
