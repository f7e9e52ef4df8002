import { WotError } from '../../../contracts/errors.ts';
import type { HostedThing } from '../../../contracts/interaction.ts';
import type { PayloadShape } from '../../../interaction/payload-types.ts';
import { isJsonObject } from '../../../td/json-object.ts';
import { mergePatch } from '../../../td/merge-patch.ts';
import { type CoapCall, mergePatchType } from './coap-call.ts';

/** Changes members of a property's value (RFC 8132 section 3, RFC 7396). */
export async function patchProperty(
  { interactions }: HostedThing,
  name: string,
  call: CoapCall,
): Promise<void> {
  const patch = call.input({ type: mergePatchType });
  const present = await interactions.readProperty(name, call);
  await interactions.writeProperty(name, mergePatch(present, patch), call);
}

/** Writes the properties that the payload names; of a merge patch the members that are objects change theirs. */
export async function patchProperties(
  { interactions }: HostedThing,
  shape: PayloadShape,
  call: CoapCall,
): Promise<void> {
  if (!call.isMergePatch) return interactions.writeMultipleProperties(call.input(shape), call);
  const patch = call.input({ type: mergePatchType });
  if (!isJsonObject(patch)) return interactions.writeMultipleProperties(patch, call);
  const removed = Object.keys(patch).find((name) => patch[name] === null);
  if (removed !== undefined) throw notRemovable(removed);
  const partly = Object.keys(patch).filter((name) => isJsonObject(patch[name]));
  const present = await interactions.readMultipleProperties(partly, call);
  await interactions.writeMultipleProperties(mergePatch(present, patch), call);
}

function notRemovable(name: string): WotError {
  const message = `A merge patch with null removes ${JSON.stringify(name)}, and properties cannot be removed; to write null, PUT it.`;
  return new WotError('invalid', 'PROPERTY_NOT_REMOVABLE', message);
}
