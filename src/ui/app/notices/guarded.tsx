import { Button, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Component, type ReactNode } from 'react';
import { useMessages } from '../language/language.tsx';
import { messages } from './messages.ts';
import classes from './notices.module.css';

interface GuardedProps {
  readonly what: string;
  readonly children: ReactNode;
}

/** A card of its own: what throws in it leaves the rest of the page whole. `what` names it in the message. */
export class Guarded extends Component<GuardedProps, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {};

  static getDerivedStateFromError(thrown: unknown) {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return <Failed what={this.props.what} error={error} retry={() => this.setState({ error: undefined })} />;
  }
}

interface FailedProps {
  readonly what: string;
  readonly error: Error;
  retry(): void;
}

function Failed({ what, error, retry }: FailedProps) {
  const t = useMessages(messages);
  return (
    <div className={classes.failed} role="alert">
      <IconAlertTriangle size={20} aria-hidden />
      <div>
        <Text fw={600} lineClamp={2} data-td-text>
          {t.cardFailed(what)}
        </Text>
        <Text size="sm" lineClamp={4} ff="monospace">
          {error.message}
        </Text>
      </div>
      <Button size="xs" variant="default" onClick={retry}>
        {t.retry}
      </Button>
    </div>
  );
}
