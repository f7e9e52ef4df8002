import { Button, Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleX } from '@tabler/icons-react';
import { useState } from 'react';
import type { TdFinding, TdFix } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import classes from './editor.module.css';
import { fixLabel } from './fix-label.ts';
import { messages } from './messages.ts';

/** How many stand there at first. */
const first = 8;

interface FindingsListProps {
  readonly findings: readonly TdFinding[];
  /** Whether they are of the text as it stands, so that their fixes fit. */
  readonly isFresh: boolean;
  jump(finding: TdFinding): void;
  mend(fix: TdFix): void;
}

/** Everything found, each with the way to its line and its fixes. */
export function FindingsList({ findings, ...actions }: FindingsListProps) {
  const t = useMessages(messages);
  const [shown, setShown] = useState(first);
  const rest = findings.length - shown;
  if (findings.length === 0) return null;
  return (
    <section aria-label={t.findings} className={classes.findings}>
      <ol>
        {findings.slice(0, shown).map((finding, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are replaced all at once
          <FindingItem key={index} finding={finding} {...actions} />
        ))}
      </ol>
      {rest > 0 && (
        <Button size="compact-sm" variant="subtle" onClick={() => setShown(findings.length)}>
          {t.more(rest)}
        </Button>
      )}
    </section>
  );
}

interface FindingItemProps extends Omit<FindingsListProps, 'findings'> {
  readonly finding: TdFinding;
}

function FindingItem({ finding, isFresh, jump, mend }: FindingItemProps) {
  const t = useMessages(messages);
  const { severity, line, message, hint, fixes } = finding;
  const Icon = severity === 'error' ? IconCircleX : IconAlertTriangle;
  return (
    <li className={classes.finding}>
      <UnstyledButton
        className={classes.jump}
        onClick={() => jump(finding)}
        aria-label={t.goTo(line, message)}
      >
        <span className={classes.verdict} data-light={severity === 'error' ? 'invalid' : 'warning'}>
          <Icon size={18} role="img" aria-label={severity === 'error' ? t.error : t.aWarning} />
        </span>
        <span className={classes.line}>{t.line(line)}</span>
        <span className={classes.what} data-td-text dir="auto">
          <Text span size="sm" fw={500} lineClamp={3}>
            {message}
          </Text>
          <Text span size="sm" lineClamp={3}>
            {hint}
          </Text>
        </span>
      </UnstyledButton>
      {fixes.length > 0 && (
        <div className={classes.fixes}>
          {fixes.map((fix) => (
            <Button
              key={fixLabel(t, fix)}
              size="compact-sm"
              variant="light"
              disabled={!isFresh}
              className={classes.fix}
              onClick={() => mend(fix)}
            >
              {fixLabel(t, fix)}
            </Button>
          ))}
        </div>
      )}
    </li>
  );
}
