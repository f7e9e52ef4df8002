export {
  coapMulticast,
  type MulticastAnswer,
  type MulticastRequest,
} from './bindings/coap/client/coap-multicast.ts';
export { type CoapClientOptions, coapClient } from './bindings/coap/coap-client.ts';
export { type CoapOptions, coap } from './bindings/coap/coap-server.ts';
export {
  type CoapsTcpOptions,
  type CoapTcpOptions,
  coapsTcp,
  coapTcp,
} from './bindings/coap/coap-tcp-server.ts';
export { type CoapsBinding, type CoapsOptions, coaps } from './bindings/coap/coaps-server.ts';
export type { ClientSecurity, SecurityChoice, ServerSecurity } from './bindings/coap/security/credentials.ts';
export { type HttpClientOptions, httpClient } from './bindings/http/client/http-client.ts';
export type { HttpBinding, HttpOptions } from './bindings/http/http-options.ts';
export { http } from './bindings/http/http-server.ts';
export { type MqttClientOptions, mqttClient } from './bindings/mqtt/mqtt-client.ts';
export { type MqttOptions, mqtt } from './bindings/mqtt/mqtt-server.ts';
export { type WebSocketClientOptions, websocketClient } from './bindings/websocket/websocket-client.ts';
export { type WebSocketOptions, websocket } from './bindings/websocket/websocket-server.ts';
export { type ConsumeOptions, consume } from './consumer/consume.ts';
export type { ConsumedThing } from './consumer/consumed-thing.ts';
export type { Invocation } from './consumer/invocation.ts';
export type { Subscription } from './consumer/subscription.ts';
export type { AccessPolicy, PeerIdentity, Principal, PskCredentials, Right } from './contracts/access.ts';
export type {
  BindingHost,
  ClientBinding,
  ClientRequest,
  ClientResponse,
  Content,
  Credentials,
  Limits,
  Notification,
  NotificationListener,
  ServerBinding,
  ThingForms,
  WireMessage,
} from './contracts/binding.ts';
export { type Clock, systemClock, type Timer } from './contracts/clock.ts';
export type {
  ActionHandler,
  EventHandler,
  HandlerContext,
  NotifyRule,
  PropertyHandler,
  ThingDefinition,
  ThingHandle,
  ThingHandlers,
  ThingOptions,
} from './contracts/definition.ts';
export {
  type ErrorDetails,
  type ErrorKind,
  errorKinds,
  type Fault,
  type Problem,
  WotError,
} from './contracts/errors.ts';
export type {
  HttpExchange,
  HttpHandler,
  HttpMethods,
  HttpSide,
  PageSide,
  UpgradeRoute,
} from './contracts/http-route.ts';
export type {
  ActionStatus,
  Change,
  Gap,
  HostedThing,
  Interactions,
  InvocationState,
  InvocationStatus,
  Subscriber,
} from './contracts/interaction.ts';
export type { Logger } from './contracts/logger.ts';
export type { Metric, Sample } from './contracts/metrics.ts';
export type { FactStore, PropertyStore, RecordChange, RecordStore, Storage } from './contracts/stores.ts';
export type {
  ActionAffordance,
  DataSchema,
  EventAffordance,
  Form,
  JsonValue,
  Op,
  PartialTd,
  PropertyAffordance,
  SecurityScheme,
  ThingDescription,
} from './contracts/td.ts';
export { type AccessRules, accessRules, readAccessFile } from './security/access-rules.ts';
export { createServient, type Servient, type ServientOptions } from './servient/create-servient.ts';
export type { ExposedThing } from './servient/exposure.ts';
export { type Mirrors, mirrors } from './servient/mirror.ts';
export type { NodeWotCredentials, NodeWotOptions, ScriptingApi } from './servient/node-wot.ts';
export type { Service, ServiceHost } from './servient/service.ts';
export { type Zigbee2mqttOptions, zigbee2mqtt } from './servient/zigbee2mqtt/zigbee2mqtt.ts';
export { memoryStorage } from './storage/memory/memory-storage.ts';
export { sqliteStorage } from './storage/sqlite/sqlite-storage.ts';
export { type DefinedThing, defineThing } from './td/define-thing.ts';
export type {
  ActionInput,
  ActionOutput,
  EventData,
  PropertyData,
  PropertyInput,
} from './td/infer/affordances.ts';
export type { DataOf } from './td/infer/data-of.ts';
export { type ModelOptions, thingFromModel } from './td/thing-model.ts';
export { type ValidationReport, validateTd } from './td/validate.ts';
export { type PageOptions, page } from './ui/page.ts';
