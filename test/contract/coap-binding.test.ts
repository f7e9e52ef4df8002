import { coap } from '../../src/bindings/coap/coap-server.ts';
import { coapTcp } from '../../src/bindings/coap/coap-tcp-server.ts';
import { bindingSuite } from './binding-suite.ts';
import { coapHarness } from './coap-harness.ts';

bindingSuite(
  'coap',
  coapHarness(() => coap({ port: 0 })),
);
bindingSuite(
  'coap+tcp',
  coapHarness(() => coapTcp({ port: 0 })),
);
