import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ThingSummary } from '../../page-data.ts';
import { useLanguage, useMessages } from '../language/language.tsx';
import { useFacetLabel } from '../things/facet-label.ts';
import { type FacetName, facetCounts } from '../things/facets.ts';
import { viewOf } from '../things/things-view.ts';
import { messages } from './messages.ts';
import classes from './overview.module.css';

const mostValues = 6;

interface CountersProps {
  readonly things: readonly ThingSummary[];
}

/** How many Things there are of what; each number leads to them. */
export function Counters({ things }: CountersProps) {
  const t = useMessages(messages);
  const unreachable = things.filter(({ fault }) => fault).length;
  return (
    <div className={classes.counters}>
      <Counter count={things.length} label={t.things} search={{}} />
      <Counter
        count={things.length - unreachable}
        label={t.reachable}
        search={{ status: 'reachable' }}
        state="fresh"
      />
      <Counter
        count={unreachable}
        label={t.unreachable}
        search={{ status: 'unreachable' }}
        state={unreachable > 0 ? 'rejected' : undefined}
      />
      <div className={classes.facets}>
        <FacetCounts things={things} facet="location" label={t.locations} />
        <FacetCounts things={things} facet="type" label={t.types} />
      </div>
    </div>
  );
}

interface CounterProps {
  readonly count: number;
  readonly label: string;
  readonly search: Readonly<Record<string, string>>;
  readonly state?: 'fresh' | 'rejected';
}

function Counter({ count, label, search, state }: CounterProps) {
  const { language } = useLanguage();
  return (
    <Link to="/things" search={search} className={classes.counter} data-state={state}>
      <span className={classes.number}>{count.toLocaleString(language)}</span>
      <span>{label}</span>
    </Link>
  );
}

/** The values that most Things have. */
function FacetCounts({
  things,
  facet,
  label,
}: CountersProps & { readonly facet: FacetName; readonly label: string }) {
  const t = useMessages(messages);
  const labelOf = useFacetLabel();
  const counts = facetCounts(things, viewOf({}), facet);
  if (counts.length < 2) return null;
  return (
    <section className={classes.values} aria-label={label}>
      <h2 className={classes.valuesTitle}>{label}</h2>
      <div className={classes.chips}>
        {counts.slice(0, mostValues).map(({ value, count }) => (
          <ValueLink key={value} search={{ [facet]: value }}>
            <bdi data-td-text className={classes.cut} title={value}>
              {labelOf(facet, value)}
            </bdi>
            <b>{count}</b>
          </ValueLink>
        ))}
        {counts.length > mostValues ? (
          <ValueLink search={{ group: facet }}>{t.more(counts.length - mostValues)}</ValueLink>
        ) : null}
      </div>
    </section>
  );
}

function ValueLink(props: {
  readonly search: Readonly<Record<string, string>>;
  readonly children: ReactNode;
}) {
  return (
    <Link to="/things" search={props.search} className={classes.value}>
      {props.children}
    </Link>
  );
}
