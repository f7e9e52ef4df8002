import { Table } from '@mantine/core';
import type { DataSchema } from '../../../contracts/td.ts';
import { isJsonObject, type JsonObject, ownMember } from '../../../td/json-object.ts';
import { useMessages } from '../language/language.tsx';
import { useTdText } from '../language/td-text.ts';
import { JsonDetails } from './json-details.tsx';
import { LeafValue } from './leaf-value.tsx';
import { messages } from './messages.ts';
import { useValueText } from './use-value-text.ts';
import { isFlat } from './value-look.ts';
import classes from './values.module.css';

const most = { members: 12, columns: 6, rows: 8, items: 12 };

interface StructuredProps {
  readonly schema: DataSchema;
  readonly value: object;
}

/** An object or array: what is small whole, what is larger by its beginning, the rest as JSON. */
export function StructuredValue({ schema, value }: StructuredProps) {
  const text = useValueText()(schema, value);
  if (Array.isArray(value)) return <ListValue schema={schema} items={value} text={text} />;
  const members = Object.entries(value);
  if (members.length === 0) return <span>{text}</span>;
  return (
    <div className={classes.structured}>
      <Members schema={schema} members={members.slice(0, most.members)} />
      {members.length <= most.members && members.every(([, member]) => isFlat(member)) ? null : (
        <JsonDetails value={value} />
      )}
    </div>
  );
}

function Members({
  schema,
  members,
}: {
  readonly schema: DataSchema;
  readonly members: readonly (readonly [string, unknown])[];
}) {
  const labelOf = useMemberLabel(schema);
  return (
    <dl className={classes.members}>
      {members.map(([name, value]) => (
        <div key={name}>
          <dt className={classes.cut} dir="auto" data-td-text title={labelOf(name)}>
            {labelOf(name)}
          </dt>
          <dd>
            <LeafValue schema={memberOf(schema, name)} value={value} short />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function ListValue({
  schema,
  items,
  text,
}: {
  readonly schema: DataSchema;
  readonly items: readonly unknown[];
  readonly text: string;
}) {
  const itemSchema = isJsonObject(schema.items) ? (schema.items as DataSchema) : {};
  if (items.length === 0) return <span>{text}</span>;
  const rows = items.slice(0, most.rows);
  const columns = columnsOf(rows);
  if (columns)
    return <Rows schema={itemSchema} rows={rows as readonly JsonObject[]} columns={columns} all={items} />;
  const isShort = items.length <= most.items && items.every(isFlat);
  return (
    <div className={classes.structured}>
      {isShort ? (
        <ul className={classes.items}>
          {items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: items of an array have no other name
            <li key={index}>
              <LeafValue schema={itemSchema} value={item} short />
            </li>
          ))}
        </ul>
      ) : (
        <JsonDetails value={items} label={text} />
      )}
    </div>
  );
}

interface RowsProps {
  readonly schema: DataSchema;
  readonly rows: readonly JsonObject[];
  readonly columns: readonly string[];
  readonly all: readonly unknown[];
}

function Rows({ schema, rows, columns, all }: RowsProps) {
  const t = useMessages(messages);
  const labelOf = useMemberLabel(schema);
  return (
    <div className={classes.structured}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <div className={classes.rows} tabIndex={0}>
        <Table withRowBorders={false} fz="sm" verticalSpacing={2} horizontalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              {columns.map((name) => (
                <Table.Th key={name} dir="auto" data-td-text>
                  {labelOf(name)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <Table.Tr key={index}>
                {columns.map((name) => (
                  <Table.Td key={name}>
                    <LeafValue schema={memberOf(schema, name)} value={row[name]} short />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {all.length > rows.length ? (
        <JsonDetails value={all} label={t.moreItems(all.length - rows.length)} />
      ) : null}
    </div>
  );
}

/** The members of rows that make a table. */
function columnsOf(rows: readonly unknown[]): readonly string[] | undefined {
  if (!rows.every((row) => isJsonObject(row) && Object.values(row).every(isFlat))) return undefined;
  const names = [...new Set(rows.flatMap((row) => Object.keys(row as object)))];
  return names.length > 0 && names.length <= most.columns ? names : undefined;
}

function memberOf(schema: DataSchema, name: string): DataSchema {
  const member: unknown = isJsonObject(schema.properties) ? ownMember(schema.properties, name) : undefined;
  return isJsonObject(member) ? member : {};
}

function useMemberLabel(schema: DataSchema): (name: string) => string {
  const tdText = useTdText();
  return (name) => tdText(memberOf(schema, name), name).title;
}
