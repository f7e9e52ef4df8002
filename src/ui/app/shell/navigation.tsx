import { Link } from '@tanstack/react-router';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';
import { pages } from './pages.ts';
import classes from './shell.module.css';

/** The links to all pages. */
export function Navigation({ compact = false }: { readonly compact?: boolean }) {
  const t = useMessages(messages);
  return pages.map(({ to, label, icon: Icon, exact }) => (
    <Link key={to} to={to} activeOptions={{ exact, includeSearch: false }} className={classes.link}>
      <Icon size={compact ? 22 : 20} stroke={1.7} aria-hidden />
      {t[label]}
    </Link>
  ));
}
