import { memo } from 'react';
import { Guarded } from '../notices/guarded.tsx';
import { TypeIcon } from '../values/type-icon.tsx';
import { typeLabel } from './facet-label.ts';
import { facetValues } from './facets.ts';
import { KeyValue } from './key-value.tsx';
import { ThingProtocols, ThingStatus } from './thing-facts.tsx';
import { ThingLink } from './thing-link.tsx';
import type { ThingItemProps } from './thing-list.tsx';
import classes from './things.module.css';

/** A Thing as a row of the table. */
export const ThingRow = memo(function ThingRow({ thing, index }: ThingItemProps) {
  const types = facetValues(thing, 'type').map(typeLabel).join(', ');
  return (
    <tr className={classes.row} aria-rowindex={index + 2}>
      <td>
        <span className={classes.head}>
          <TypeIcon types={thing.types} title={thing.title} size={20} />
          <ThingLink thing={thing} index={index} />
        </span>
      </td>
      <td title={types}>
        <bdi data-td-text>{types}</bdi>
      </td>
      <td title={thing.location}>
        <bdi data-td-text>{thing.location}</bdi>
      </td>
      <td>
        <Guarded what={thing.title}>
          <KeyValue thing={thing} />
        </Guarded>
      </td>
      <td>
        <ThingStatus thing={thing} />
      </td>
      <td>
        <ThingProtocols thing={thing} />
      </td>
    </tr>
  );
});
