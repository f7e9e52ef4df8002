import { Button, Menu, Select, Text, TextInput } from '@mantine/core';
import { IconBulb, IconFilePlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type SubmitEvent, useEffect, useState } from 'react';
import { useThings } from '../api/things.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import classes from './editor.module.css';
import { examples } from './examples.ts';
import { messages } from './messages.ts';
import type { Source } from './use-opened.ts';

/** Chooses what is worked on; it stands in the URL. */
export function SourcePicker({ source }: { readonly source: Source }) {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const open = (chosen: Source) => void navigate({ to: '.', search: { ...chosen } });
  return (
    <div className={classes.sources}>
      <ThingSelect thing={source.thing} open={open} />
      <AddressForm key={source.url} url={source.url ?? ''} open={open} />
      <ExampleMenu open={open} />
      <Button variant="default" leftSection={<IconFilePlus size={16} aria-hidden />} onClick={() => open({})}>
        {t.fresh}
      </Button>
    </div>
  );
}

interface Opening {
  open(source: Source): void;
}

function ThingSelect({ thing, open }: Opening & { readonly thing: string | undefined }) {
  const t = useMessages(messages);
  const textOf = useTdText();
  const { data } = useThings();
  const options = (data?.things ?? []).map((each) => ({
    value: each.name,
    label: textOf(each, each.name).title.slice(0, 120),
  }));
  return (
    <Select
      className={classes.wide}
      label={t.loadThing}
      data={options}
      value={thing ?? null}
      onChange={(name) => name !== null && open({ thing: name })}
      searchable
      limit={100}
    />
  );
}

function AddressForm({ url, open }: Opening & { readonly url: string }) {
  const t = useMessages(messages);
  const [typed, setTyped] = useState(url);
  useEffect(() => setTyped(url), [url]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (typed.trim() !== '') open({ url: typed.trim() });
  };
  return (
    <form onSubmit={submit} className={`${classes.sources} ${classes.wide}`}>
      <TextInput
        className={classes.wide}
        label={t.loadAddress}
        placeholder={t.addressExample}
        type="url"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" variant="default">
        {t.load}
      </Button>
    </form>
  );
}

function ExampleMenu({ open }: Opening) {
  const t = useMessages(messages);
  return (
    <Menu shadow="md" position="bottom-start">
      <Menu.Target>
        <Button variant="default" leftSection={<IconBulb size={16} aria-hidden />}>
          {t.examples}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {examples.map(({ name }) => (
          <Menu.Item key={name} onClick={() => open({ example: name })}>
            <Text size="sm" fw={500}>
              {t[name]}
            </Text>
            <Text size="xs">{t[`${name}Help`]}</Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
