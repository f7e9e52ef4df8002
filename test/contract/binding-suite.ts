import { describe, expect, test } from 'vitest';
import { fakeClock } from '../support/fake-clock.ts';
import type { CellTest, Harness, Run, Started } from './suite-cell.ts';
import { failureCells } from './suite-failures.ts';
import { operationCells } from './suite-operations.ts';
import { Probe } from './suite-probe.ts';
import { subscriptionCells } from './suite-subscriptions.ts';
import { Device, machine } from './suite-things.ts';
import { valueCells } from './suite-values.ts';

export type { Harness } from './suite-cell.ts';

const cells = { ...operationCells, ...subscriptionCells, ...failureCells, ...valueCells };

/** One promise of the uniform interaction model: an op, or a way to use or misuse it. */
export type Cell = keyof typeof cells;

/** Why a binding does not carry a cell. */
export type Missing = Partial<Readonly<Record<Cell, string>>>;

/** Milliseconds that a cell waits for anything; a missing one gives up sooner. */
const patience = { carried: 5000, missing: 1000 };

/** Runs every cell with every media type; a cell listed as missing fails the suite when it works. */
export function bindingSuite(name: string, harness: Harness, missing: Missing = {}): void {
  describe(`${name} binding`, () => {
    for (const [cell, cellTest] of Object.entries(cells) as [Cell, CellTest][]) {
      const types = (cellTest.notifies && harness.notificationTypes) || harness.contentTypes;
      const reason = missing[cell];
      for (const contentType of types) {
        const title = `${cell} (${contentType})${reason === undefined ? '' : `: missing, ${reason}`}`;
        test(title, () => runCell({ harness, cell: cellTest, contentType, reason }));
      }
    }
  });
}

interface CellRun {
  readonly harness: Harness;
  readonly cell: CellTest;
  readonly contentType: string;
  /** Why it is missing, where it is. */
  readonly reason: string | undefined;
}

async function runCell({ harness, cell, contentType, reason }: CellRun): Promise<void> {
  const wait = reason === undefined ? patience.carried : patience.missing;
  const running: Started[] = [];
  try {
    const run = await startCell();
    if (reason === undefined) await cell.run(run);
    else await expectToFail(cell.run(run), reason);
  } finally {
    for (const started of running) {
      await started.client.stop();
      await started.stop();
    }
  }

  async function startCell(): Promise<Run> {
    const device = new Device();
    const clock = fakeClock();
    const started = await harness.start(cell.things?.(device) ?? [machine(device)], {
      contentType,
      ...(cell.fakeClock && { clock }),
      ...(cell.handlerTimeout !== undefined && { handlerTimeout: cell.handlerTimeout }),
    });
    running.push(started);
    return {
      device,
      started,
      clock,
      patience: wait,
      restart: startCell,
      thing: async (name = 'machine') =>
        new Probe(await started.td(name), { client: started.client, contentType, patience: wait }),
    };
  }
}

async function expectToFail(cell: Promise<void>, reason: string): Promise<void> {
  const works = await cell.then(
    () => true,
    () => false,
  );
  expect(works, `The cell works now: take it off the missing ones (${reason})`).toBe(false);
}
