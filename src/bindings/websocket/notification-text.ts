import { randomUUID } from 'node:crypto';
import type { Change, Gap } from '../../contracts/interaction.ts';
import { idToTimestamp, idToUuid } from '../../interaction/change-ids.ts';
import type { WireGap } from './messages.ts';

let encoded: { readonly change: Change; readonly text: string } | undefined;

/** What all notifications of a change have in common, as JSON members. It goes to its subscriptions in a row: encoded once. */
export function changeMembers(change: Change): string {
  if (encoded?.change !== change) encoded = { change, text: membersText(change, idToUuid(change.id)) };
  return encoded.text;
}

/** The members of a notification after which nobody shall resume. */
export function unnumberedMembers(change: Change): string {
  return membersText(change, randomUUID());
}

function membersText({ id, kind, name, data }: Change, messageID: string): string {
  // The data of an event without any is left out.
  const value =
    data === undefined ? '' : `,"${kind === 'properties' ? 'value' : 'data'}":${JSON.stringify(data)}`;
  return `"messageID":"${messageID}","name":${JSON.stringify(name)}${value},"timestamp":"${idToTimestamp(id)}"`;
}

/** A gap as messages tell it. */
export function wireGap({ after, resumesAt }: Gap): WireGap {
  return { after: idToUuid(after), resumesAt: idToUuid(resumesAt) };
}
