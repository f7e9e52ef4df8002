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

/** A Thing at a glance; all of it is one link, with its switch above. */
export const ThingCard = memo(function ThingCard({ thing, index, by }: ThingItemProps) {
  const types = facetValues(thing, 'type').map(typeLabel);
  const about = [by === 'location' ? undefined : thing.location, ...types].filter(Boolean).join(' · ');
  return (
    <li className={classes.card}>
      <Guarded what={thing.title}>
        <div className={classes.head}>
          <TypeIcon types={thing.types} title={thing.title} size={22} />
          <div className={classes.names}>
            <ThingLink thing={thing} index={index} />
            <bdi className={`${classes.quiet} ${classes.clamp}`} data-td-text title={about}>
              {about}
            </bdi>
          </div>
        </div>
        <KeyValue thing={thing} />
        <div className={classes.foot}>
          <ThingStatus thing={thing} />
          <ThingProtocols thing={thing} />
        </div>
      </Guarded>
    </li>
  );
});
