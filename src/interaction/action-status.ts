import type { InvocationStatus } from '../contracts/interaction.ts';
import { mapMembers } from '../td/json-object.ts';
import { thingPath } from './path-forms.ts';

/** Profile ActionStatus: the invocation with its address; `prefix` is the path before all of the servient's own. */
export function actionStatus(thing: string, { id, action, ...status }: InvocationStatus, prefix = '') {
  return { ...status, href: prefix + thingPath(thing, 'actions', action, id) };
}

/** The answer to queryallactions. */
export function actionStatuses(
  thing: string,
  all: Readonly<Record<string, readonly InvocationStatus[]>>,
  prefix = '',
) {
  return mapMembers(all, (_, invocations) => invocations.map((each) => actionStatus(thing, each, prefix)));
}
