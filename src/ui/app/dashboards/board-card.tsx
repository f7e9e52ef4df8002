import { Badge, Group, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ListedDashboard } from '../../dashboard.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import classes from './dashboards.module.css';
import { ExportLink } from './export-link.tsx';
import { messages } from './messages.ts';
import { hasDraft } from './use-draft.ts';

/** A board in the list of all. */
export function BoardCard({ board }: { readonly board: ListedDashboard }) {
  const { slug } = board;
  const { title, description } = useTdText()(board, slug);
  return (
    <li className={classes.card}>
      <div className={classes.cardWords}>
        <Title order={2} size="h4" lineClamp={2}>
          <Link to="/app/dashboards/$slug" params={{ slug }} className={classes.cardLink}>
            <bdi data-td-text>{title}</bdi>
          </Link>
        </Title>
        {description === undefined ? null : (
          <Text size="sm" lineClamp={3} data-td-text dir="auto">
            {description}
          </Text>
        )}
        <Marks board={board} />
      </div>
      <ExportLink slug={slug} title={title} />
    </li>
  );
}

function Marks({ board: { slug, per, shipped, edited } }: { readonly board: ListedDashboard }) {
  const t = useMessages(messages);
  const marks = [
    per === 'location' && t.perPlace,
    !shipped && t.own,
    shipped && edited && t.changed,
    hasDraft(slug) && t.unsaved,
  ];
  return (
    <Group gap={4}>
      {marks.map((mark) =>
        mark === false ? null : (
          <Badge key={mark} variant="default" tt="none" fw={500}>
            {mark}
          </Badge>
        ),
      )}
    </Group>
  );
}
