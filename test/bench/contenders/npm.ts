import { createServer } from 'coap';
import { freePort } from '../../support/free-port.ts';
import { runContender } from './contender.ts';

/** npm `coap` that answers a JSON value, and checks nothing. */
async function npmCoap() {
  const server = createServer((_request, response) => {
    response.setOption('Content-Format', 'application/json');
    response.end(JSON.stringify(21));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  return { url: `coap://127.0.0.1:${port}/value` };
}

await runContender({ coap: npmCoap });
