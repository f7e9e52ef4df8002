import { expect, vi } from 'vitest';
import type { ClientBinding, ClientRequest, NotificationListener } from '../../src/contracts/binding.ts';
import type { Clock } from '../../src/contracts/clock.ts';
import type { ThingDefinition } from '../../src/contracts/definition.ts';
import { type ErrorKind, WotError } from '../../src/contracts/errors.ts';
import type { ThingDescription } from '../../src/contracts/td.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import type { Probe } from './suite-probe.ts';
import { type Device, hiddenWords } from './suite-things.ts';

/** How a harness is to start its servient. */
export interface StartOptions {
  /** The media type of the run, for protocols whose servient fixes it. */
  readonly contentType: string;
  readonly clock?: Clock;
  /** Milliseconds. */
  readonly handlerTimeout?: number;
}

/** A servient with one binding, and a client for it. */
export interface Started {
  readonly client: ClientBinding;
  /** The TD as a client gets it. */
  td(name: string): Promise<ThingDescription>;
  unexpose(name: string): Promise<void>;
  /** Stops the servient alone, the client lives on; may be called again. */
  stop(): Promise<void>;
  /** Subscribes again and delivers first what came after a protocol id; absent where the protocol cannot. */
  resume?(
    request: ClientRequest,
    after: string,
    listener: NotificationListener,
  ): Promise<() => Promise<void>>;
}

/** What a binding gives the suite to run on. */
export interface Harness {
  /** Media types that requests and answers can carry. */
  readonly contentTypes: readonly string[];
  /** Media types that notifications can carry, where they are fewer. */
  readonly notificationTypes?: readonly string[];
  start(things: readonly ThingDefinition[], options: StartOptions): Promise<Started>;
}

/** One running cell. */
export interface Run {
  readonly device: Device;
  readonly started: Started;
  /** The clock of the cell, where it asked for one. */
  readonly clock: FakeClock;
  readonly patience: number;
  thing(name?: string): Promise<Probe>;
  /** A second servient with the same Things, as after a restart; the first is to be stopped before. */
  restart(): Promise<Run>;
}

/** A cell of the matrix: what it needs, and the test. */
export interface CellTest {
  /** It is about notifications: run with the media types that these can carry. */
  readonly notifies?: true;
  readonly handlerTimeout?: number;
  /** Runs on a clock that the test moves. */
  readonly fakeClock?: true;
  /** The Things it needs; `machine` by default. */
  things?(device: Device): readonly ThingDefinition[];
  run(run: Run): Promise<void>;
}

/** Expects a WotError of this kind that tells no secrets, and gives it back. */
export async function failure(promise: Promise<unknown>, kind: ErrorKind): Promise<WotError> {
  const outcome: unknown = await promise.then(
    (value) => new Error(`Expected ${kind}, but it succeeded with ${JSON.stringify(value)}`),
    (error) => error,
  );
  if (!(outcome instanceof WotError)) throw outcome;
  expect({ kind: outcome.kind, code: outcome.code }, outcome.message).toEqual({
    kind,
    code: expect.stringMatching(/^[A-Z][A-Z0-9_]*$/),
  });
  expect(JSON.stringify([outcome.message, outcome.details])).not.toContain(hiddenWords);
  return outcome;
}

/** Waits until the check holds. */
export async function eventually(run: Run, check: () => unknown): Promise<void> {
  await vi.waitFor(check, { timeout: run.patience, interval: 2 });
}
