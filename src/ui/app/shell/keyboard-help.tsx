import { Kbd, Modal, Switch, Table } from '@mantine/core';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';
import { pages } from './pages.ts';
import { useFocusBack } from './use-focus-back.ts';
import { useShortcutsOn } from './use-shortcut.ts';

/** Which keys do what. */
export function KeyboardHelp({ close }: { close(): void }) {
  const t = useMessages(messages);
  const [on, setOn] = useShortcutsOn();
  useFocusBack();
  const rows: readonly (readonly [keys: string, what: string])[] = [
    [t.searchKeys, t.searchAll],
    ...pages.map(({ key, label }) => [`g ${key}`, t[label]] as const),
    ['/', t.filterKey],
    ['j k', t.moveKeys],
    ['↑ ↓ ← →', t.arrowKeys],
    ['Enter', t.openKey],
    ['?', t.showKeys],
  ];
  return (
    <Modal opened onClose={close} title={t.keys}>
      <Table verticalSpacing={6}>
        <Table.Tbody>
          {rows.map(([keys, what]) => (
            <Table.Tr key={keys}>
              <Table.Td>{what}</Table.Td>
              <Table.Td ta="end" style={{ whiteSpace: 'nowrap' }}>
                {keys.split(' ').map((key) => (
                  <Kbd key={key} ml={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Switch
        mt="md"
        label={t.singleKeys}
        checked={on}
        onChange={({ currentTarget }) => setOn(currentTarget.checked)}
      />
    </Modal>
  );
}
