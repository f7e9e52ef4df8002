import { eventPayload, propertyPayload } from '../../consumer/affordances.ts';
import type { Target } from '../../consumer/exchange.ts';
import { Payload, readContent } from '../../consumer/payload.ts';
import type { Content } from '../../contracts/binding.ts';
import type { Fault } from '../../contracts/errors.ts';
import type { ActionAffordance, ThingDescription } from '../../contracts/td.ts';
import { carriesBytes, payloadSchemas } from '../../td/declared-content.ts';
import { isJsonObject, ownMember } from '../../td/json-object.ts';
import { jsonPointer } from '../../td/json-pointer.ts';
import type { CarriedValue, Verdict } from '../page-data.ts';

/** Bytes of a value that is shown. */
const mostShown = 1024 * 1024;
const mostFaults = 20;

/** What an answer is about, where that differs from what was asked. */
export interface About {
  /** The affordance that a notification names. */
  readonly name?: string | undefined;
  /** It is the status of an asynchronous invocation. */
  readonly isStatus?: boolean;
}

/** Says of what goes and comes for an operation whether it fits the DataSchemas of its TD. */
export class Judgement {
  readonly #td: ThingDescription;
  readonly #target: Target;
  /** Of what comes, by the name of its affordance. */
  readonly #payloads = new Map<string, Payload | undefined>();

  constructor(td: ThingDescription, target: Target) {
    this.#td = td;
    this.#target = target;
  }

  /** Of what is sent; undefined where nothing is known that it should fit. */
  input(value: unknown): Verdict | undefined {
    const { op, name = '' } = this.#target;
    if (op === 'writeproperty') return verdict(this.#property(name)?.inputFaults(value));
    if (op === 'writeallproperties' || op === 'writemultipleproperties') {
      return verdict(this.#several(value, (payload, member) => payload.inputFaults(member)));
    }
    if (op !== 'invokeaction') return undefined;
    const payload = this.#actionPayload(name, 'input');
    if (payload) return verdict(payload.inputFaults(value));
    return value === undefined
      ? undefined
      : verdict([{ pointer: '', detail: 'is not expected: the action takes no input' }]);
  }

  /** Of what came, with the value; what cannot be read is told as bytes. */
  output(content: Content | undefined, about: About = {}): CarriedValue {
    const { value, faults } = this.#reading(content, about);
    const found = verdict(faults);
    return { ...carried(content, value), ...(found && { verdict: found }) };
  }

  #reading(content: Content | undefined, about: About): Reading {
    try {
      return this.#read(content, about);
    } catch (error) {
      return { value: content?.body, faults: [{ pointer: '', detail: (error as Error).message }] };
    }
  }

  #read(content: Content | undefined, { name = this.#target.name, isStatus = false }: About): Reading {
    const { op } = this.#target;
    if (isStatus || op === 'queryaction') return this.#status(readContent(op, content));
    const payload = name === undefined ? undefined : this.#comes(name);
    if (payload) {
      const value = payload.decode(content);
      return { value, faults: payload.outputFaults(value) };
    }
    const value = readContent(op, content);
    if (op !== 'readallproperties' && op !== 'readmultipleproperties') return { value };
    return { value, faults: this.#several(value, (each, member) => each.outputFaults(member)) };
  }

  /** Of an ActionStatus only the output has a DataSchema. */
  #status(value: unknown): Reading {
    const payload = this.#actionPayload(this.#target.name ?? '', 'output');
    if (!payload || !isJsonObject(value) || value['status'] !== 'completed') return { value };
    return { value, faults: below('/output', payload.outputFaults(value['output'])) };
  }

  #several(
    value: unknown,
    faultsOf: (payload: Payload, member: unknown) => readonly Fault[],
  ): readonly Fault[] {
    if (!isJsonObject(value)) return [{ pointer: '', detail: 'must be an object of values by name' }];
    return Object.entries(value).flatMap(([name, member]) => {
      const payload = this.#property(name);
      const faults = payload
        ? faultsOf(payload, member)
        : [{ pointer: '', detail: 'is no property of the TD' }];
      return below(jsonPointer('', name), faults);
    });
  }

  #comes(name: string): Payload | undefined {
    if (!this.#payloads.has(name)) this.#payloads.set(name, this.#payload(name));
    return this.#payloads.get(name);
  }

  #payload(name: string): Payload | undefined {
    const { op } = this.#target;
    if (op === 'invokeaction') return this.#actionPayload(name, 'output');
    if (op === 'readproperty' || op.startsWith('observe')) return this.#property(name);
    const event = op.startsWith('subscribe') ? ownMember(this.#td.events, name) : undefined;
    return event && eventPayload(name, event);
  }

  #property(name: string): Payload | undefined {
    const property = ownMember(this.#td.properties, name);
    return property && propertyPayload(name, property);
  }

  #actionPayload(name: string, direction: 'input' | 'output'): Payload | undefined {
    const action: ActionAffordance | undefined = ownMember(this.#td.actions, name);
    const schema = action && payloadSchemas(action)[direction];
    return schema && new Payload(`action "${name}"`, schema, { binary: carriesBytes(action) });
  }
}

interface Reading {
  readonly value: unknown;
  /** Absent where nothing is known that it should fit. */
  readonly faults?: readonly Fault[];
}

function carried(content: Content | undefined, value: unknown): CarriedValue {
  if (content === undefined) return {};
  const { type, body } = content;
  if (body.length > mostShown) return { type, size: body.length };
  return value instanceof Uint8Array
    ? { type, base64: Buffer.from(value).toString('base64') }
    : { type, value };
}

function verdict(faults: readonly Fault[] | undefined): Verdict | undefined {
  return faults && { fits: faults.length === 0, errors: faults.slice(0, mostFaults) };
}

function below(path: string, faults: readonly Fault[]): readonly Fault[] {
  return faults.map(({ pointer, detail }) => ({ pointer: path + pointer, detail }));
}
