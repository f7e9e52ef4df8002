import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { validateTd } from '../../src/td/validate.ts';
import { type CorpusRow, labelOf } from '../support/corpus-label.ts';

const folder = new URL('../fixtures/td-corpus/', import.meta.url);
const rows = JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')) as readonly CorpusRow[];

describe('labelled documents of others', () => {
  it.each(rows.map((row) => ({ file: row.file, ...labelOf(row) })))('$file is $label', ({ file, label }) => {
    const report = validateTd(readFileSync(new URL(file, folder)));
    expect(report.verdict, JSON.stringify(report.findings, undefined, 1)).toBe(label);
  });
});
