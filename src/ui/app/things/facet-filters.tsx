import { Button, Drawer, Popover, Stack, Title } from '@mantine/core';
import { IconChevronDown, IconFilter } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { ThingSummary } from '../../page-data.ts';
import { useMessages } from '../language/language.tsx';
import { FacetChecklist } from './facet-checklist.tsx';
import { type FacetName, facetNames } from './facets.ts';
import { messages } from './messages.ts';
import { useThingsView } from './use-things-view.ts';

interface FacetsProps {
  readonly things: readonly ThingSummary[];
}

/** A menu per facet. */
export function FacetMenus({ things }: FacetsProps) {
  return facetNames.map((facet) => <FacetMenu key={facet} things={things} facet={facet} />);
}

function FacetMenu({ things, facet }: FacetsProps & { readonly facet: FacetName }) {
  const t = useMessages(messages);
  const [{ chosen }] = useThingsView();
  const count = chosen[facet].length;
  return (
    <Popover width={280} position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          size="sm"
          variant={count > 0 ? 'light' : 'default'}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {t[facet]}
          {count > 0 ? ` (${count})` : ''}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t[facet]}>
        <FacetChecklist things={things} facet={facet} />
      </Popover.Dropdown>
    </Popover>
  );
}

interface FacetDrawerProps extends FacetsProps {
  readonly found: number;
  /** What stands above them. */
  readonly children: ReactNode;
}

/** All facets in a drawer, for small screens. */
export function FacetDrawer({ things, found, children }: FacetDrawerProps) {
  const t = useMessages(messages);
  const [{ chosen }] = useThingsView();
  const [opened, setOpened] = useState(false);
  const count = Object.values(chosen).flat().length;
  const close = () => setOpened(false);
  return (
    <>
      <Button
        size="md"
        variant={count > 0 ? 'light' : 'default'}
        leftSection={<IconFilter size={18} aria-hidden />}
        aria-label={count > 0 ? t.filtersChosen(count) : t.filters}
        onClick={() => setOpened(true)}
      >
        {count > 0 ? count : t.filters}
      </Button>
      <Drawer opened={opened} onClose={close} title={t.filters} position="bottom" size="90%">
        <Stack>
          {children}
          {facetNames.map((facet) => (
            <Stack key={facet} gap={4}>
              <Title order={3} size="sm">
                {t[facet]}
              </Title>
              <FacetChecklist things={things} facet={facet} />
            </Stack>
          ))}
          <Button size="md" onClick={close}>
            {t.showResults(t.shown(found))}
          </Button>
        </Stack>
      </Drawer>
    </>
  );
}
