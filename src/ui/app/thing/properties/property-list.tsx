import { Title } from '@mantine/core';
import type { PropertyAffordance } from '../../../../contracts/td.ts';
import type { LiveThing } from '../../live/live.ts';
import classes from '../thing.module.css';
import { useSearchText } from '../use-search-text.ts';
import rowClasses from './property-row.module.css';
import { PropertyRow } from './property-row.tsx';

interface PropertyListProps {
  readonly title: string;
  readonly names: readonly string[];
  readonly properties: Readonly<Record<string, PropertyAffordance>>;
  readonly thing: LiveThing;
}

/** Properties that belong together, one row each. */
export function PropertyList({ title, names, properties, thing }: PropertyListProps) {
  const [, open] = useSearchText('property', { back: true });
  return (
    <section className={classes.section} aria-label={title}>
      <Title order={2} className={classes.heading}>
        {title}
      </Title>
      <ul className={rowClasses.rows}>
        {names.map((name) => (
          <PropertyRow key={name} thing={thing} name={name} property={properties[name] ?? {}} open={open} />
        ))}
      </ul>
    </section>
  );
}
