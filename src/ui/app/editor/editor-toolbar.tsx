import { ActionIcon, Badge, Button, FileButton, Group, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconArrowBackUp,
  IconCopy,
  IconDownload,
  IconFileImport,
  IconIndentIncrease,
} from '@tabler/icons-react';
import { useMessages } from '../language/language.tsx';
import { CopyButton } from '../thing/copy-button.tsx';
import { documentOf, formatted } from './document-of.ts';
import { messages } from './messages.ts';
import { fileName, saveFile } from './save-file.ts';
import type { Draft } from './use-draft.ts';
import { type EditorView, fileEndings } from './views.ts';

/** Bytes of the largest file that is opened. */
const largestFile = 1_000_000;

interface EditorToolbarProps {
  readonly view: EditorView;
  readonly draft: Draft;
}

/** What can be done with the text as a whole. */
export function EditorToolbar({ view, draft }: EditorToolbarProps) {
  const t = useMessages(messages);
  const { text, isChanged, isKept } = draft;
  const open = async (file: File | null) => {
    if (file && file.size <= largestFile) draft.set(await file.text());
    else if (file) notifications.show({ color: 'red', message: t.tooLarge });
  };
  return (
    <Group gap={4} ml="auto">
      {isChanged && (
        <>
          <Tooltip label={isKept ? t.draftHelp : t.notKept} multiline maw={280}>
            <Badge variant="outline" color={isKept ? 'blue' : 'red'} tt="none" tabIndex={0}>
              {t.draft}
            </Badge>
          </Tooltip>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={<IconArrowBackUp size={16} aria-hidden />}
            onClick={draft.discard}
          >
            {t.discard}
          </Button>
        </>
      )}
      {view === 'source' && (
        <>
          <Tool label={t.format} icon={IconIndentIncrease} act={() => draft.set(formatted(text))} />
          <FileButton onChange={(file) => void open(file)} accept=".json,.jsonld,.td,.tm,application/json">
            {({ onClick }) => <Tool label={t.open} icon={IconFileImport} act={onClick} />}
          </FileButton>
          <CopyButton label={t.copy} icon={IconCopy} text={() => text} />
          <Tool
            label={t.download}
            icon={IconDownload}
            act={() => saveFile(fileName(documentOf(text)?.['title'], fileEndings.source), text)}
          />
        </>
      )}
    </Group>
  );
}

interface ToolProps {
  readonly label: string;
  readonly icon: typeof IconCopy;
  act(): void;
}

/** A button that shows a picture and says its name. */
export function Tool({ label, icon: Icon, act }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size={36} aria-label={label} onClick={act}>
        <Icon size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
