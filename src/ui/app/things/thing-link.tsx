import { Link } from '@tanstack/react-router';
import type { ThingSummary } from '../../page-data.ts';
import { useTdText } from '../language/td-text.ts';
import classes from './things.module.css';

/** The title of a Thing, as the link that its whole card or row is; `index` is its place in the list. */
export function ThingLink({ thing, index }: { readonly thing: ThingSummary; readonly index: number }) {
  const { title } = useTdText()(thing, thing.name);
  return (
    <Link
      to="/things/$name"
      params={{ name: thing.name }}
      className={classes.link}
      data-index={index}
      title={title}
      preload={false}
    >
      <bdi data-td-text>{title}</bdi>
    </Link>
  );
}
