import type { Op } from '../contracts/td.ts';

/** HTTP binding, table of default methods; cancelaction as in the WoT Profile (HTTP Basic). Subscriptions are a GET. */
export const defaultMethods: Readonly<Partial<Record<Op, string>>> = {
  readproperty: 'GET',
  writeproperty: 'PUT',
  invokeaction: 'POST',
  queryaction: 'GET',
  cancelaction: 'DELETE',
  readallproperties: 'GET',
  writeallproperties: 'PUT',
  readmultipleproperties: 'GET',
  writemultipleproperties: 'PUT',
  queryallactions: 'GET',
};
