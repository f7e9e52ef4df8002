import { isJsonObject, type JsonObject, ownMember } from '../../../td/json-object.ts';
import { jsonPointer } from '../../../td/json-pointer.ts';
import { useTdText } from '../language/td-text.ts';
import { FaultList } from './fault-list.tsx';
import type { FormBodyProps } from './form-kind.ts';
import { LeafField } from './leaf-field.tsx';

/** A few inputs, one per member. */
export function FlatForm({ schema, value, faults, change }: FormBodyProps) {
  const tdText = useTdText();
  const members = Object.entries(schema.properties ?? {});
  const object = isJsonObject(value) ? value : {};
  const pointers = members.map(([name]) => jsonPointer('', name));
  return (
    <>
      {members.map(([name, member], index) => {
        const { title, description } = tdText(member, name);
        const error = faults.find(({ pointer }) => pointer === pointers[index])?.detail;
        return (
          <LeafField
            key={name}
            label={title}
            schema={member}
            value={ownMember(object, name)}
            required={schema.required?.includes(name) ?? false}
            description={description}
            error={error}
            change={(next) => change(withMember(object, name, next))}
          />
        );
      })}
      <FaultList faults={faults.filter(({ pointer }) => !pointers.includes(pointer))} />
    </>
  );
}

function withMember(object: JsonObject, name: string, value: unknown): JsonObject {
  const { [name]: _, ...others } = object;
  return value === undefined ? others : { ...object, [name]: value };
}
