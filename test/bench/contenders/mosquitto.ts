import { connectAsync } from 'mqtt';
import { cpuTimeOf } from '../bench-process.ts';
import { bareTopics } from './bare-mqtt.ts';
import { runContender } from './contender.ts';
import { mosquittoProcess } from './mosquitto-process.ts';

const { url, pid } = await mosquittoProcess();
const { invoke, event, invokeLasting, lastingEvent } = bareTopics;

/** Mosquitto, with an mqtt.js client that publishes the events; the CPU time is Mosquitto's. */
async function mosquitto() {
  const client = await connectAsync(url);
  await client.subscribeAsync([invoke, invokeLasting]);
  client.on('message', (topic, count) => {
    const [at, qos] = topic === invoke ? ([event, 0] as const) : ([lastingEvent, 1] as const);
    for (let beat = 0; beat < Number(count); beat++) client.publish(at, JSON.stringify(beat), { qos });
  });
  return { url, ...bareTopics };
}

await runContender({ mqtt: mosquitto }, { cpu: () => cpuTimeOf(pid) });
