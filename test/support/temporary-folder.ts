import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';

/** A folder of this test alone, removed with all it holds when the test ends; a concurrent test must say which it is. */
export function temporaryFolder(context: Pick<TestContext, 'onTestFinished'> = { onTestFinished }): string {
  const folder = mkdtempSync(join(tmpdir(), 'thingwright-'));
  context.onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
