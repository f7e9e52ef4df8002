import { Anchor, Code, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ThingDescription } from '../../../contracts/td.ts';
import type { ThingSummaries } from '../../page-data.ts';
import { at, json } from '../api/api.ts';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';
import classes from './overview.module.css';
import { servedAddresses } from './served-addresses.ts';

/** What serves this page, and where else it is reached. */
export function ServientFacts({ servient }: Pick<ThingSummaries, 'servient'>) {
  const t = useMessages(messages);
  const { data: td } = useQuery({
    queryKey: ['servient'],
    queryFn: ({ signal }) => json<ThingDescription>('.well-known/wot', { signal }),
    staleTime: 60_000,
  });
  return (
    <section aria-labelledby="servient">
      <Title order={2} size="h4" id="servient" mb="xs">
        {t.servient}
      </Title>
      <Text size="sm" lineClamp={2} data-td-text>
        {servient.title} · {t.version} {servient.version}
      </Text>
      <ul className={classes.addresses} aria-label={t.addresses}>
        {(td ? servedAddresses(td) : []).map((address) => (
          <li key={address}>
            <Code>{address}</Code>
          </li>
        ))}
      </ul>
      <Anchor size="sm" href={at('.well-known/wot')}>
        {t.description}
      </Anchor>
    </section>
  );
}
