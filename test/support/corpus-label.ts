/** What an index.json tells of one file of a TD corpus. */
export interface CorpusRow {
  readonly file: string;
  readonly expected?: Label | null;
  readonly expected_by?: readonly string[] | null;
  readonly oracle?: {
    readonly w3c_schema_11?: 'valid' | 'invalid';
    readonly playground?: {
      readonly schema?: 'passed' | 'failed';
      readonly additional?: 'passed' | 'warning' | 'failed' | null;
    };
  } | null;
}

type Label = 'valid' | 'warning' | 'invalid';

/** The label of a file and who gave it: its source where it says so, else the W3C schema, else the playground. */
export function labelOf({ expected, expected_by, oracle }: CorpusRow): { label: Label; by: string } {
  if (expected) return { label: expected, by: expected_by?.join(', ') ?? 'its source' };
  if (oracle?.w3c_schema_11 === 'invalid') return { label: 'invalid', by: 'the W3C schema' };
  const { schema, additional } = oracle?.playground ?? {};
  if (schema === 'failed' || additional === 'failed') return { label: 'invalid', by: 'the playground' };
  if (additional === 'warning') return { label: 'warning', by: 'the playground' };
  return { label: 'valid', by: 'the W3C schema and the playground' };
}
