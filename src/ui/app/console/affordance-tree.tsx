import { TextInput } from '@mantine/core';
import { IconBolt, IconBox, IconFilter, IconGauge, IconPlayerPlay } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type AffordanceKind, affordanceKinds, type ThingDescription } from '../../../contracts/td.ts';
import { ownMember } from '../../../td/json-object.ts';
import { useMessages } from '../language/language.tsx';
import { type Titled, useTdText } from '../language/td-text.ts';
import { useSearchText } from '../thing/use-search-text.ts';
import classes from './console.module.css';
import { messages } from './messages.ts';
import type { Target } from './offered-ops.ts';
import { namesOf, type Selection, searchOf } from './selection.ts';

const icons = { properties: IconGauge, actions: IconPlayerPlay, events: IconBolt } as const;

interface TreeProps {
  readonly td: ThingDescription;
  readonly selection: Selection;
  readonly isWide: boolean;
}

/** All that can be tried, as links; on small screens behind what is chosen. */
export function AffordanceTree({ td, selection, isWide }: TreeProps) {
  const t = useMessages(messages);
  const text = useTdText();
  if (isWide) return <Tree td={td} selection={selection} />;
  const { kind, name } = selection;
  const affordance = kind && name !== undefined ? ownMember(td[kind], name) : undefined;
  return (
    <details className={classes.choice} key={`${kind} ${name}`}>
      <summary>
        <span className={classes.fixed}>{t.affordances}:</span>
        <b className={classes.clip} data-td-text>
          {affordance ? text(affordance, name ?? '').title : t.wholeThing}
        </b>
      </summary>
      <Tree td={td} selection={selection} />
    </details>
  );
}

function Tree({ td, selection }: Omit<TreeProps, 'isWide'>) {
  const t = useMessages(messages);
  const text = useTdText();
  const [wanted = '', look] = useSearchText('find');
  const isSelected = ({ kind, name }: Target) => kind === selection.kind && name === selection.name;
  const sections = affordanceKinds.map((kind) => ({
    kind,
    rows: rowsOf(td, kind, text).filter(has(wanted)),
  }));
  return (
    <nav className={classes.tree} aria-label={t.affordances}>
      <TextInput
        size="sm"
        aria-label={t.filter}
        placeholder={t.filter}
        leftSection={<IconFilter size={16} aria-hidden />}
        value={wanted}
        onChange={(event) => look(event.currentTarget.value || undefined)}
      />
      {wanted === '' && (
        <Section title={t.thing}>
          <Row target={{}} title={t.wholeThing} icon={IconBox} selected={isSelected({})} />
        </Section>
      )}
      {sections.map(
        ({ kind, rows }) =>
          rows.length > 0 && (
            <Section key={kind} title={t[kind]} count={rows.length}>
              {rows.map(({ name, title }) => {
                const target = { kind, name };
                const selected = isSelected(target);
                return <Row key={name} {...{ target, title, selected }} icon={icons[kind]} />;
              })}
            </Section>
          ),
      )}
      {sections.every(({ rows }) => rows.length === 0) && wanted !== '' && <p>{t.noMatch}</p>}
    </nav>
  );
}

interface RowText {
  readonly name: string;
  readonly title: string;
}

function rowsOf(
  td: ThingDescription,
  kind: AffordanceKind,
  text: ReturnType<typeof useTdText>,
): readonly RowText[] {
  const titled = (name: string): Titled => ownMember(td[kind], name) ?? {};
  return namesOf(td, kind).map((name) => ({ name, title: text(titled(name), name).title }));
}

function has(wanted: string) {
  return ({ name, title }: RowText) => `${name} ${title}`.toLowerCase().includes(wanted.toLowerCase());
}

function Section({ title, count, children }: { title: string; count?: number; children: ReactNode }) {
  return (
    <section>
      <h2 className={classes.section}>
        {title} {count !== undefined && <span className={classes.quiet}>{count}</span>}
      </h2>
      <ul>{children}</ul>
    </section>
  );
}

interface RowProps {
  readonly target: Target;
  readonly title: string;
  readonly icon: typeof IconBox;
  readonly selected: boolean;
}

function Row({ target, title, icon: Icon, selected }: RowProps) {
  const { name } = target;
  return (
    <li>
      <Link
        to="."
        search={(s: object) => ({ ...s, ...searchOf(target) })}
        className={classes.row}
        aria-current={selected ? 'true' : undefined}
        resetScroll={false}
        title={name === undefined || name === title ? title : `${title} (${name})`}
      >
        <Icon size={16} stroke={1.7} aria-hidden />
        <span className={classes.clip} data-td-text dir="auto">
          {title}
        </span>
      </Link>
    </li>
  );
}
