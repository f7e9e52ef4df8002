import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'mqtt';
import { freePort } from '../../support/free-port.ts';
import { needs } from '../../support/system-parts.ts';

/** A Mosquitto of a contender's own that ends with this process; without Nagle's algorithm, which costs it 40 ms a round trip. */
export async function mosquittoProcess(): Promise<{ readonly url: string; readonly pid: number }> {
  const { missing, note, command } = needs('mosquitto');
  if (missing) throw new Error(`Mosquitto${note}`);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n`);
  const broker = spawn(command('mosquitto'), ['-c', config], { stdio: 'ignore' });
  process.on('exit', () => {
    broker.kill();
    rmSync(folder, { recursive: true });
  });
  const url = `mqtt://127.0.0.1:${port}`;
  const client = connect(url, { reconnectPeriod: 20 }).on('error', () => {}); // not there yet
  await new Promise((resolve) => client.once('connect', resolve));
  await client.endAsync();
  return { url, pid: Number(broker.pid) };
}
