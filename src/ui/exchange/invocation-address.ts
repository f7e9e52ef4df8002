import type { Exchange } from '../../consumer/exchange.ts';
import { formsFor } from '../../td/forms.ts';
import type { AskedExchange } from './exchange-request.ts';

/** The address of the invocation that is asked about; undefined where it is named by its id alone. */
export function invocationAddress(
  { td }: Exchange,
  { invocation = '', target }: AskedExchange,
): string | undefined {
  if (!/^([a-z][a-z\d+.-]*:|\/)/i.test(invocation) || invocation.startsWith('urn:')) return undefined;
  const [action] = formsFor(td, 'invokeaction', 'actions', target.name);
  return URL.parse(invocation, action?.href.replace(/\{.*$/s, ''))?.href;
}

/** Whether an address lies below one of the action whose invocation it should be. */
export function isOfAction({ td }: Exchange, { target }: AskedExchange, address: string): boolean {
  const actions = formsFor(td, 'invokeaction', 'actions', target.name);
  return actions.some(({ href }) => {
    const own = URL.parse(href.replace(/\{.*$/s, ''))?.href;
    return own !== undefined && address.startsWith(`${own}/`);
  });
}
