import type { PartialTd } from 'thingwright';
import { modelLink } from '../model-link.ts';
import { semanticContext } from '../semantic-context.ts';

const tagMembers = {
  epc: {
    title: 'EPC',
    description:
      'Electronic Product Code as a pure identity URI (GS1 TDS), e.g. urn:epc:id:grai:0614141.12345.400.',
    type: 'string',
    minLength: 1,
    maxLength: 256,
  },
  kind: { title: 'Kind', description: 'What wears the tag.', type: 'string', enum: ['tray', 'badge'] },
  rssi: {
    title: 'Signal strength',
    description: 'Of the strongest reading.',
    type: 'number',
    unit: 'unit:DeciB_M',
    minimum: -120,
    maximum: 0,
  },
  antenna: {
    title: 'Antenna',
    description: 'Port of the antenna that read it.',
    type: 'integer',
    minimum: 1,
  },
} as const;

const tag = { type: 'object', properties: tagMembers, required: ['epc', 'kind', 'rssi', 'antenna'] } as const;

const tags = { type: 'array', items: tag, maxItems: 1_000 } as const;

/** A UHF RFID reader at a gate: what passes, and what is there now. */
export const tagReaderTd = {
  '@context': semanticContext,
  '@type': ['sosa:Sensor'],
  links: modelLink('tag-reader'),
  title: 'RFID gate reader',
  description: 'Sees tagged trays and the badges of workers come and go.',
  properties: {
    present: {
      ...tags,
      '@type': 'sosa:ObservableProperty',
      title: 'Tags present',
      description: 'The tags in the field now, in order of arrival.',
      readOnly: true,
      observable: true,
    },
    count: {
      '@type': 'sosa:ObservableProperty',
      title: 'Number of tags present',
      type: 'integer',
      minimum: 0,
      readOnly: true,
      observable: true,
    },
  },
  actions: {
    takeInventory: {
      title: 'Take inventory',
      description: 'Collects every tag that is in the field during this time. Cancelling discards it.',
      synchronous: false,
      safe: true,
      input: {
        type: 'object',
        properties: {
          seconds: { title: 'Time', type: 'number', unit: 'unit:SEC', minimum: 1, maximum: 3_600 },
        },
        required: ['seconds'],
      },
      output: { type: 'object', properties: { tags }, required: ['tags'] },
    },
  },
  events: {
    tagSeen: { title: 'Tag seen', description: 'A tag came into the field.', data: tag },
    tagLeft: {
      title: 'Tag left',
      description: 'A tag is no longer in the field.',
      data: {
        type: 'object',
        properties: {
          ...tagMembers,
          seconds: { title: 'Time in the field', type: 'number', unit: 'unit:SEC', minimum: 0 },
        },
        required: ['epc', 'kind', 'rssi', 'antenna', 'seconds'],
      },
    },
  },
} as const satisfies PartialTd;
