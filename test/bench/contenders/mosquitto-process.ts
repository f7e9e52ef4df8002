import { type Mosquitto, startMosquitto } from '../../support/mosquitto.ts';
import { needs } from '../../support/system-parts.ts';

/** A Mosquitto of a contender's own that ends with this process. */
export async function mosquittoProcess(): Promise<Mosquitto> {
  const { missing, note, command } = needs('mosquitto');
  if (missing) throw new Error(`Mosquitto${note}`);
  const broker = await startMosquitto(command('mosquitto'));
  process.on('exit', () => void broker.stop());
  return broker;
}
