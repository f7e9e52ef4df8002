import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { sqliteStorage } from '../../src/storage/sqlite/sqlite-storage.ts';
import { failureOf } from '../support/failure-of.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const script = fileURLToPath(new URL('../support/storage-writer.ts', import.meta.url));

/** Runs the writer until `count` acknowledgements, kills it, and gives the last acknowledged value per property. */
async function killedWriter(file: string, from: number, count: number): Promise<ReadonlyMap<string, number>> {
  const writer = spawn(process.execPath, [script, file, `${from}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged = new Map<string, number>();
  let seen = 0;
  for await (const line of createInterface(writer.stdout)) {
    const [property, value] = line.split(' ');
    acknowledged.set(property ?? '', Number(value));
    if (++seen === 1) expect(await failureOf(() => sqliteStorage(file).start())).toContain('STORAGE_IN_USE');
    if (seen === count) writer.kill('SIGKILL');
  }
  return acknowledged;
}

it('nothing acknowledged is lost by kill -9', async () => {
  const file = join(temporaryFolder(), 'state.db');
  for (const [round, count] of [20, 150, 333].entries()) {
    const acknowledged = await killedWriter(file, round * 1e6, count);
    const storage = sqliteStorage(file);
    await storage.start();
    const stored = storage.properties.load('thing');
    await storage.stop();
    expect(acknowledged.size).toBe(8);
    for (const [property, value] of acknowledged) expect(stored.get(property)).toBeGreaterThanOrEqual(value);
  }
});
