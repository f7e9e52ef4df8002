import { isJsonObject, type JsonObject, mapMembers } from '../../../td/json-object.ts';
import type { ActionStatus, LiveThing } from './live.ts';
import type { LiveClient } from './live-client.ts';
import { actsWithin, type Request } from './requests.ts';

/** What `invoke` gave: the output, or the invocation of an asynchronous action. */
export type InvokeAnswer = { readonly output?: unknown } | { readonly invocation: ActionStatus };

/** Sends operations over the tab's stream; all reject with ApiError. */
export interface Live {
  read(thing: LiveThing, property: string): Promise<unknown>;
  write(thing: LiveThing, property: string, value: unknown): Promise<void>;
  /** Forgets that a write was refused. */
  dismiss(thing: LiveThing, property: string): void;
  invoke(thing: LiveThing, action: string, input?: unknown): Promise<InvokeAnswer>;
  /** By the name of the action, newest first. */
  invocations(thing: LiveThing): Promise<Readonly<Record<string, readonly ActionStatus[]>>>;
  query(thing: LiveThing, actionId: string): Promise<ActionStatus>;
  cancel(thing: LiveThing, actionId: string): Promise<void>;
}

/** The operations that a person calls for, over the stream of the tab. */
export function thingRequests(client: LiveClient): Live {
  const { requests } = client;
  return {
    read: (thing, name) => client.property(thing.id, name).read(),
    write: (thing, name, value) => client.property(thing.id, name).write(value),
    dismiss: (thing, name) => client.property(thing.id, name).dismiss(),
    async invoke(thing, name, input) {
      const request = of(thing, 'invokeaction', { name, input });
      const { status, output } = await requests.ask(request, { timeout: actsWithin });
      return isJsonObject(status) ? { invocation: actionStatus(status) } : { output };
    },
    async invocations(thing) {
      const { statuses } = await requests.ask(of(thing, 'queryallactions'));
      return mapMembers(isJsonObject(statuses) ? statuses : {}, (_, list) =>
        (Array.isArray(list) ? list.filter(isJsonObject) : []).map(actionStatus),
      );
    },
    async query(thing, actionID) {
      const { status } = await requests.ask(of(thing, 'queryaction', { actionID }));
      return actionStatus(isJsonObject(status) ? status : {});
    },
    async cancel(thing, actionID) {
      await requests.ask(of(thing, 'cancelaction', { actionID }));
    },
  };
}

function of({ id }: LiveThing, operation: Request['operation'], members: JsonObject = {}): Request {
  return { thingID: id, operation, ...members };
}

/** As the page knows invocations, of what Web Thing Protocol tells (section 5, action-status-object). */
function actionStatus({ actionID, state, ...others }: JsonObject): ActionStatus {
  return { ...others, id: String(actionID), status: state as ActionStatus['status'] };
}
