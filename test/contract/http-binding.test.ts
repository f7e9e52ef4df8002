import { httpClient } from '../../src/bindings/http/client/http-client.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { fetchTd } from '../support/fetch-td.ts';
import { bindingSuite, type Harness } from './binding-suite.ts';

const harness: Harness = {
  contentTypes: ['application/json', 'application/cbor'],
  notificationTypes: ['application/json'],
  async start(things, { clock, handlerTimeout }) {
    const servient = createServient({
      logger: silentLogger,
      bindings: [http({ port: 0 })],
      ...(clock && { clock }),
      ...(handlerTimeout !== undefined && { handlerTimeout }),
    });
    await servient.start();
    for (const thing of things) await servient.expose(thing);
    const client = httpClient();
    return {
      client,
      td: (name) => fetchTd(client, `${servient.addresses[0]}/things/${encodeURIComponent(name)}`),
      unexpose: (name) => servient.unexpose(name),
      stop: () => servient.stop(),
      resume(request, after, listener) {
        const header = { 'htv:fieldName': 'Last-Event-ID', 'htv:fieldValue': after };
        return client.subscribe({ ...request, form: { ...request.form, 'htv:headers': [header] } }, listener);
      },
    };
  },
};

bindingSuite('http', harness);
