import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { freePort } from '../../support/free-port.ts';
import { needs } from '../../support/system-parts.ts';
import { benchKey, type Target } from '../bench-messages.ts';
import { cpuTimeOf } from '../bench-process.ts';
import { coapRequest, numbered } from '../load/coap-request.ts';
import { runContender } from './contender.ts';

const isSecured = process.argv[2] === 'coap-dtls';
const part = isSecured ? 'coap-server-openssl' : 'coap-server';
const { missing, note, command } = needs(part);
if (missing) throw new Error(`libcoap${note}`);
const port = await freePort();
const key = isSecured ? ['-k', String(benchKey.key)] : [];
const server = spawn(command(part), ['-A', '127.0.0.1', '-p', String(port), '-v', '0', ...key]);
process.on('exit', () => server.kill());

/** libcoap's example server, with a JSON value of the same size. */
async function target(): Promise<Target> {
  const socket = createSocket('udp4');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const put = coapRequest('PUT', '/example_data', { body: '21' });
  const again = setInterval((id) => socket.send(numbered(put, id)), 50, 1);
  // Nobody listens yet.
  socket.on('error', () => {});
  await once(socket, 'message');
  clearInterval(again);
  socket.close();
  // DTLS has the next port.
  const address = isSecured ? `coaps://127.0.0.1:${port + 1}` : `coap://127.0.0.1:${port}`;
  return { url: `${address}/example_data` };
}

await runContender({ coap: target, 'coap-dtls': target }, { cpu: () => cpuTimeOf(Number(server.pid)) });
