import { Button, Textarea } from '@mantine/core';
import type { DataSchema } from '../../../contracts/td.ts';
import { checkData } from '../controls/check-data.ts';
import { placeInJson } from '../controls/place-in-json.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import { parseJson } from '../parse-json.ts';
import { VerdictText } from './answer.tsx';
import classes from './console.module.css';
import { exampleText } from './example.ts';
import { messages } from './messages.ts';

interface JsonProps {
  readonly schema: DataSchema;
  readonly text: string;
  change(text: string): void;
}

/** JSON as it is typed, with what it is worth: it may be sent all the same. */
export function JsonInput({ schema, text, change }: JsonProps) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const parsed = text.trim() === '' ? undefined : parseJson(text);
  const faults = parsed && 'value' in parsed ? checkData(schema, parsed.value, language) : [];
  const noJson = (thrown: Error) => {
    const place = placeInJson(text, thrown);
    return place ? t.noJson(place.line, place.column) : t.noJsonAnywhere;
  };
  return (
    <>
      <Textarea
        aria-label={t.inputJson}
        autosize
        minRows={3}
        maxRows={20}
        spellCheck={false}
        classNames={{ input: classes.mono }}
        value={text}
        error={parsed && 'thrown' in parsed ? noJson(parsed.thrown) : undefined}
        onChange={(event) => change(event.currentTarget.value)}
      />
      {faults.length > 0 && <VerdictText verdict={{ fits: false, errors: faults }} title={t.misfitInput} />}
      <Button
        className={classes.more}
        variant="subtle"
        size="compact-sm"
        onClick={() => change(exampleText(schema))}
      >
        {t.example}
      </Button>
    </>
  );
}
