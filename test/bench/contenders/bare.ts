import { bareCoap, bareObserved } from './bare-coap.ts';
import { bareHttp, bareSse, oneThing } from './bare-http.ts';
import { bareMqtt, bareMqttWrite } from './bare-mqtt.ts';
import { bareWebsocket } from './bare-websocket.ts';
import { runContender } from './contender.ts';
import { manyAtMosquitto, manyEmbedded } from './many-over-mqtt.ts';

await runContender({
  http: bareHttp,
  sse: bareSse,
  websocket: bareWebsocket,
  scale: oneThing,
  coap: bareCoap,
  'coap-observe': bareObserved,
  mqtt: bareMqtt,
  'mqtt-write': bareMqttWrite,
  'mqtt-scale': (things) => manyEmbedded(things / 10),
  'mqtt-scale-mosquitto': (things) => manyAtMosquitto(things / 10),
});
