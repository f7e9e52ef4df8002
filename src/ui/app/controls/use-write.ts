import { useCallback, useState } from 'react';
import type { Problem } from '../../../contracts/errors.ts';
import { problemIn } from '../notices/problem-in.ts';

/** A value on its way to a Thing, and why it was refused. */
interface Write {
  readonly busy: boolean;
  readonly problem?: Problem;
  /** Resolves to whether it was taken. */
  send(value: unknown): Promise<boolean>;
  /** Forgets the last refusal. */
  forget(): void;
}

/** Sends values and keeps what came of the last one. */
export function useWrite(write: (value: unknown) => void | Promise<void>): Write {
  const [state, setState] = useState<{ readonly busy: boolean; readonly problem?: Problem }>({ busy: false });
  const send = async (value: unknown): Promise<boolean> => {
    setState({ busy: true });
    try {
      await write(value);
      setState({ busy: false });
      return true;
    } catch (thrown) {
      setState({ busy: false, problem: problemIn(thrown) });
      return false;
    }
  };
  const forget = useCallback(() => setState(({ busy }) => ({ busy })), []);
  return { ...state, send, forget };
}
