import { Group, Tabs, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { ownMember } from '../../../td/json-object.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { Empty } from '../notices/empty.tsx';
import classes from './console.module.css';
import { messages } from './messages.ts';
import { offeredOps } from './offered-ops.ts';
import { OperationForm } from './operation-form.tsx';
import { draftSearch, emptyDraft, type Selection } from './selection.ts';
import type { ConsoleThing } from './thing-console.tsx';
import type { Calls } from './use-calls.ts';

/** A console with what is tried in it. */
export interface TryProps extends ConsoleThing {
  readonly selection: Selection;
  readonly calls: Calls;
}

/** What can be done with an affordance, or with the Thing as a whole: one tab for each operation. */
export function TryPanel(props: TryProps) {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const { td, selection } = props;
  const { op } = selection;
  const ops = offeredOps(td, selection);
  const choose = (chosen: string | null) =>
    void navigate({
      to: '.',
      search: (s: object) => ({ ...s, ...draftSearch(emptyDraft), op: chosen, form: undefined }),
    });
  return (
    <section className={classes.panel}>
      <Heading td={td} selection={selection} />
      {op === undefined ? (
        <Empty text={t.nothingOffered} />
      ) : (
        <Tabs value={op} onChange={choose} keepMounted={false}>
          <Tabs.List aria-label={t.operation}>
            {ops.map((each) => (
              <Tabs.Tab key={each} value={each} px="sm">
                {t[each as keyof typeof t] as string}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={op} pt="md">
            <OperationForm {...props} op={op} />
          </Tabs.Panel>
        </Tabs>
      )}
    </section>
  );
}

function Heading({ td, selection: { kind, name = '' } }: Pick<TryProps, 'td' | 'selection'>) {
  const t = useMessages(messages);
  const text = useTdText();
  const affordance = kind && ownMember(td[kind], name);
  const { title, description } = text(affordance ?? td, name);
  return (
    <div>
      <Group gap="xs" wrap="nowrap" align="baseline">
        <Text component="h2" size="lg" fw={650} lineClamp={2} data-td-text dir="auto">
          {affordance ? title : t.wholeThing}
        </Text>
        {affordance && title !== name && <code className={classes.name}>{name}</code>}
      </Group>
      {affordance && description && (
        <Text size="sm" lineClamp={3} title={description} data-td-text dir="auto">
          {description}
        </Text>
      )}
    </div>
  );
}
