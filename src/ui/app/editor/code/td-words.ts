/** Values that the schema leaves open, by the member that they stand in; what people write there most. */
export const usualValues: Readonly<Record<string, readonly string[]>> = {
  unit: [
    ...[
      'Cel',
      'K',
      '%',
      'lx',
      'ppm',
      'Pa',
      'hPa',
      'bar',
      'V',
      'A',
      'W',
      'kW',
      'kWh',
      'Hz',
      's',
      'ms',
      'min',
      'h',
    ],
    ...['mm', 'm', 'm/s', 'm3', 'l', 'l/min', 'g', 'kg', 'dB', 'deg', 'rad'],
  ],
  contentType: [
    ...[
      'application/json',
      'application/cbor',
      'text/plain',
      'application/octet-stream',
      'image/png',
      'image/jpeg',
    ],
  ],
  contentCoding: ['gzip', 'br'],
  subprotocol: ['sse', 'longpoll', 'websub', 'webthingprotocol', 'cov:observe'],
  format: ['date-time', 'date', 'time', 'duration', 'email', 'uri', 'uuid', 'hostname', 'ipv4', 'ipv6'],
  rel: ['icon', 'type', 'service-doc', 'item', 'collection', 'alternate', 'controlledBy', 'manifest'],
  'htv:methodName': ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'],
  'cov:method': ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'FETCH', 'iPATCH'],
  'mqv:controlPacket': ['publish', 'subscribe', 'unsubscribe'],
  'mqv:qos': ['0', '1', '2'],
  qop: ['auth', 'auth-int'],
  profile: [
    'https://www.w3.org/2022/wot/profile/http-basic/v1',
    'https://www.w3.org/2022/wot/profile/http-sse/v1',
  ],
};

/** Members of the vocabularies that go with forms, which the schema does not know. */
export const formTerms = [
  ...[
    'htv:methodName',
    'htv:headers',
    'cov:method',
    'mqv:controlPacket',
    'mqv:topic',
    'mqv:filter',
    'mqv:qos',
  ],
  'mqv:retain',
] as const;

/** Members of Thing Models, which the schema of Thing Descriptions does not know. */
export const modelTerms = ['tm:optional', 'tm:ref'] as const;
