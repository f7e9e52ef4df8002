import { Group, Text, VisuallyHidden } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconLoader2,
} from '@tabler/icons-react';
import type { Light, TdReport } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import classes from './editor.module.css';
import { messages } from './messages.ts';

const icons = {
  valid: IconCircleCheck,
  warning: IconAlertTriangle,
  invalid: IconCircleX,
  unknown: IconCircleDashed,
};
const lights = ['json', 'schema', 'semantics'] as const;

interface VerdictsProps {
  readonly report: TdReport | undefined;
  /** Whether the report is of the text as it stands. */
  readonly isFresh: boolean;
  /** Whether there is none, for a reason that is told beside. */
  readonly isRefused: boolean;
}

/** The verdict lights: is it JSON, does it fit the schema, does it make sense. */
export function Verdicts({ report, isFresh, isRefused }: VerdictsProps) {
  const t = useMessages(messages);
  const errors = report?.findings.filter(({ severity }) => severity === 'error').length ?? 0;
  const all = report?.findings.length ?? 0;
  return (
    <Group gap="md" className={classes.verdicts}>
      {lights.map((each) => (
        <Verdict key={each} name={t[each]} light={report?.lights[each] ?? 'unknown'} />
      ))}
      <Group gap={6} ml="auto" wrap="nowrap">
        {!isFresh && <IconLoader2 size={16} aria-hidden />}
        <Text size="sm" role="status">
          {report ? t.summary(errors, all - errors) : !isRefused && t.checking}
        </Text>
      </Group>
    </Group>
  );
}

function Verdict({ name, light }: { readonly name: string; readonly light: Light }) {
  const t = useMessages(messages);
  const Icon = icons[light];
  return (
    <span className={classes.verdict} data-light={light}>
      <Icon size={18} aria-hidden />
      {name}
      <VisuallyHidden>: {t[light]}</VisuallyHidden>
    </span>
  );
}
