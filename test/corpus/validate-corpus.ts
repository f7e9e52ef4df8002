import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { validateTd } from '../../src/td/validate.ts';
import { type CorpusRow, labelOf } from '../support/corpus-label.ts';

interface Exception {
  readonly reason: string;
  readonly files: readonly string[];
}

/** Compares our verdicts with the labels of a corpus folder; exit code 1 on a disagreement that no exception explains. */
function main(folder: string): void {
  const rows = readJson<readonly CorpusRow[]>(join(folder, 'index.json'));
  const exceptions = readJson<readonly Exception[]>(new URL('exceptions.json', import.meta.url));
  const reasons = new Map(exceptions.flatMap(({ reason, files }) => files.map((file) => [file, reason])));
  const agreed = new Map<string, number>();
  let unexplained = 0;
  for (const row of rows) {
    const { verdict, findings } = validateTd(readFileSync(join(folder, row.file)));
    const { label, by } = labelOf(row);
    const reason = reasons.get(row.file);
    if (verdict === label) agreed.set(label, (agreed.get(label) ?? 0) + 1);
    if (verdict === label && reason === undefined) continue;
    if (verdict === label) console.log(`NOT NEEDED  ${row.file}: the labels agree, remove the exception`);
    else
      console.log(
        `${reason === undefined ? 'DISAGREES' : 'exception'}  ${row.file}: ${label} by ${by}, we say ${verdict}`,
      );
    if (reason === undefined || verdict === label) unexplained += 1;
    if (verdict !== label)
      console.log(
        `    ${reason ?? findings.map(({ pointer, message }) => `${pointer} ${message}`).join('\n    ')}`,
      );
  }
  const total = [...agreed.values()].reduce((sum, count) => sum + count, 0);
  const counts = [...agreed].map(([label, count]) => `${count} ${label}`).join(', ');
  console.log(
    `${rows.length} files: ${total} agree (${counts}), ${rows.length - total - unexplained} exceptions, ${unexplained} unexplained`,
  );
  process.exitCode = unexplained === 0 ? 0 : 1;
}

function readJson<T>(path: string | URL): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: npm run corpus -- <folder with index.json>');
  process.exitCode = 2;
} else main(resolve(folder));
