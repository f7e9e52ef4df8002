/** TDs of our own to begin with; each a feature or two. */
export const examples = [
  { name: 'lamp', text: () => text(import('./examples/lamp.json?raw')) },
  { name: 'sensor', text: () => text(import('./examples/sensor.json?raw')) },
  { name: 'valve', text: () => text(import('./examples/valve.json?raw')) },
  { name: 'mqtt', text: () => text(import('./examples/mqtt.json?raw')) },
  { name: 'coap', text: () => text(import('./examples/coap.json?raw')) },
  { name: 'security', text: () => text(import('./examples/security.json?raw')) },
  { name: 'model', text: () => text(import('./examples/model.json?raw')) },
] as const;

async function text(loaded: Promise<{ readonly default: string }>): Promise<string> {
  return (await loaded).default;
}

/** What a new document begins with. */
export const newThing = `{
  "@context": ["https://www.w3.org/2022/wot/td/v1.1", { "@language": "en" }],
  "title": "New Thing",
  "securityDefinitions": { "nosec_sc": { "scheme": "nosec" } },
  "security": "nosec_sc",
  "properties": {},
  "actions": {},
  "events": {}
}
`;
