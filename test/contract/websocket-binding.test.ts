import { httpClient } from '../../src/bindings/http/client/http-client.ts';
import { http } from '../../src/bindings/http/http-server.ts';
import { websocketClient } from '../../src/bindings/websocket/websocket-client.ts';
import { websocket } from '../../src/bindings/websocket/websocket-server.ts';
import { silentLogger } from '../../src/contracts/logger.ts';
import { createServient } from '../../src/servient/create-servient.ts';
import { fetchTd } from '../support/fetch-td.ts';
import { bindingSuite, type Harness } from './binding-suite.ts';

const harness: Harness = {
  contentTypes: ['application/json'],
  async start(things, { clock, handlerTimeout }) {
    const servient = createServient({
      logger: silentLogger,
      bindings: [http({ port: 0 }), websocket()],
      ...(clock && { clock }),
      ...(handlerTimeout !== undefined && { handlerTimeout }),
    });
    await servient.start();
    for (const thing of things) await servient.expose(thing);
    const client = websocketClient();
    return {
      client,
      async td(name) {
        const documents = httpClient();
        const td = await fetchTd(documents, `${servient.addresses[0]}/things/${encodeURIComponent(name)}`);
        await documents.stop();
        return td;
      },
      unexpose: (name) => servient.unexpose(name),
      stop: () => servient.stop(),
      resume({ target = { thing: '' }, ...request }, after, listener) {
        return client.subscribe({ ...request, target: { ...target, after } }, listener);
      },
    };
  },
};

bindingSuite('websocket', harness);
