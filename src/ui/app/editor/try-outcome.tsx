import { Code, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useLanguage, useMessages } from '../language/language.tsx';
import { ProblemNotice } from '../notices/problem-notice.tsx';
import classes from './editor.module.css';
import { messages } from './messages.ts';
import type { Trial } from './use-trial.ts';

/** Characters of a value that are shown; the console shows all. */
const most = 20_000;

/** What came of a try: the request, the value and whether it fits, or what went wrong. */
export function TryOutcome({ trial: { sent, result, problem } }: { readonly trial: Trial }) {
  return (
    <div className={classes.outcome} aria-live="polite">
      {sent && <Code className={classes.sent}>{sent}</Code>}
      {result && <Result result={result} />}
      {problem && <ProblemNotice problem={problem} />}
    </div>
  );
}

function Result({
  result: { value, base64, ms, verdict },
}: {
  readonly result: NonNullable<Trial['result']>;
}) {
  const t = useMessages(messages);
  const { language } = useLanguage();
  const took = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: 'millisecond',
    maximumFractionDigits: 0,
  });
  const fits = verdict?.fits ?? true;
  const Icon = fits ? IconCircleCheck : IconAlertTriangle;
  return (
    <>
      <Text size="sm" className={classes.verdict} data-light={fits ? 'valid' : 'warning'}>
        <Icon size={16} aria-hidden />
        {t.done(took.format(ms))}
        {verdict && `, ${fits ? t.fits : t.misfits}`}
      </Text>
      {(value !== undefined || base64 !== undefined) && (
        <Code block className={classes.value} tabIndex={0}>
          {(base64 ?? JSON.stringify(value, null, 2)).slice(0, most)}
        </Code>
      )}
      {verdict?.errors.slice(0, 3).map(({ pointer, detail }) => (
        <Text key={pointer + detail} size="sm">
          <Code>{pointer || '/'}</Code> {detail}
        </Text>
      ))}
    </>
  );
}
