// Not from the index, which would bring a validator that is not installed.
import Form from '@rjsf/core/lib/components/Form.js';
import type { RegistryFieldsType, ValidatorType } from '@rjsf/utils';
import { useId, useMemo } from 'react';
import { useLanguage } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { checkData } from './check-data.ts';
import { errorTree } from './error-tree.ts';
import type { FormBodyProps } from './form-kind.ts';
import { type FormTexts, formSchema } from './form-schema.ts';
import { messages } from './messages.ts';
import { dataOf, NestedJson, NestedLeaf } from './nested-fields.tsx';
import { templates, widgets } from './nested-templates.tsx';

/** Only tells alternatives apart: the form around it checks the whole, and RJSF's own validators need eval. */
const validator: ValidatorType = {
  isValid: (schema, value) => value !== undefined && checkData(dataOf(schema), value).length === 0,
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({}),
};

const fields: RegistryFieldsType = {
  StringField: NestedLeaf,
  NumberField: NestedLeaf,
  BooleanField: NestedLeaf,
  NestedLeaf,
  NestedJson,
};

/** What is added later begins with what it must have; nothing else is filled in that nobody wrote. */
const behaviour = {
  emptyObjectFields: 'populateRequiredDefaults',
  arrayMinItems: { populate: 'never' },
  constAsDefaults: 'never',
  requiredBooleanDefault: 'skip',
} as const;

/** Members within members: groups, lists, alternatives (RJSF with our own inputs). */
export function NestedForm({ schema, value, faults, change }: FormBodyProps) {
  const id = useId();
  const texts = useFormTexts();
  const drawn = useMemo(() => formSchema(schema, texts), [schema, texts]);
  const errors = useMemo(() => errorTree(faults), [faults]);
  return (
    <Form
      tagName="div"
      idPrefix={id}
      schema={drawn}
      formData={value}
      validator={validator}
      extraErrors={errors}
      fields={fields}
      templates={templates}
      widgets={widgets}
      showErrorList={false}
      noHtml5Validate
      experimental_defaultFormStateBehavior={behaviour}
      onChange={({ formData }) => change(formData)}
    >
      {/* Instead of a submit button of its own. */}
      <span />
    </Form>
  );
}

function useFormTexts(): FormTexts {
  const { language } = useLanguage();
  const tdText = useTdText();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the texts are those of the language
  return useMemo(
    () => ({
      titleOf: (schema, otherwise) => tdText(schema, otherwise).title,
      alternative: messages[language].kindNumber,
    }),
    [language],
  );
}
