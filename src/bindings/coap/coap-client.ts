import type {
  ClientBinding,
  ClientRequest,
  ClientResponse,
  Content,
  NotificationListener,
} from '../../contracts/binding.ts';
import { type Clock, systemClock } from '../../contracts/clock.ts';
import { withDeadline } from '../../contracts/deadline.ts';
import { WotError } from '../../contracts/errors.ts';
import type { Form, Op } from '../../contracts/td.ts';
import { responseType } from '../../td/defaults.ts';
import { schemeOf } from '../../td/protocol.ts';
import { requestTag, transfer } from './client/block-client.ts';
import { udpTransport } from './client/client-transport.ts';
import { CoapObservation } from './client/coap-observation.ts';
import { type ClientTransports, CoapRequester, clientStopped } from './client/coap-requester.ts';
import type { Representation } from './client/notification.ts';
import { type Method, methodCode } from './messages/coap-code.ts';
import { type CoapOption, type Envelope, emptyBytes } from './messages/coap-message.ts';
import { optionNumber, optionUint, uintOption } from './messages/coap-option.ts';
import { errorOfAnswer } from './messages/coap-problem.ts';
import { coapTarget, locationOf } from './messages/coap-uri.ts';
import { contentFormatOf, mediaTypeOfFormat } from './messages/content-formats.ts';

// W3C CoAP binding, table of default methods; ops that end an observation have no request of their own.
const defaultMethods: Readonly<Partial<Record<Op, Method>>> = {
  readproperty: 'GET',
  writeproperty: 'PUT',
  invokeaction: 'POST',
  queryaction: 'GET',
  cancelaction: 'POST',
  readallproperties: 'GET',
  writeallproperties: 'PUT',
  readmultipleproperties: 'GET',
  writemultipleproperties: 'PUT',
  queryallactions: 'GET',
};

const subscriptions: Readonly<Partial<Record<Op, Representation>>> = {
  observeproperty: 'data',
  subscribeevent: 'data',
  observeallproperties: 'record',
  subscribeallevents: 'record',
};

export interface CoapClientOptions {
  readonly clock?: Clock;
}

/** The CoAP client: one endpoint per peer, block-wise transfer, Observe. */
export function coapClient({ clock = systemClock }: CoapClientOptions = {}): ClientBinding {
  return new CoapClient(clock, { coap: udpTransport });
}

class CoapClient implements ClientBinding {
  readonly name = 'coap';
  readonly schemes: readonly string[];
  readonly #requester: CoapRequester;
  readonly #observations = new Set<CoapObservation>();

  constructor(clock: Clock, transports: ClientTransports) {
    this.schemes = Object.keys(transports);
    this.#requester = new CoapRequester(clock, transports);
  }

  supports(op: Op, form: Form): boolean {
    const { subprotocol = 'cov:observe' } = form;
    if (!this.schemes.includes(schemeOf(form)) || subprotocol !== 'cov:observe') return false;
    return op in subscriptions || (op in defaultMethods && methodOf(op, form) !== undefined);
  }

  async request(request: ClientRequest): Promise<ClientResponse> {
    const { form, content } = request;
    const method = methodOf(request.op, form);
    if (method === undefined) throw methodUnknown(form);
    const message: Envelope = {
      code: methodCode[method],
      options: [...acceptOptions(form), ...contentOptions(form, content)],
      payload: bufferOf(content?.body),
    };
    const response = await this.#send(form.href, message, request);
    const answered = contentOf(response, form);
    const location = locationOf(response, form.href);
    return {
      ...(answered === undefined ? {} : { content: answered }),
      ...(location === undefined ? {} : { location }),
    };
  }

  async subscribe(request: ClientRequest, listener: NotificationListener): Promise<() => Promise<void>> {
    const { form, op, signal, timeout, wire } = request;
    const target = coapTarget(form.href);
    signal?.throwIfAborted();
    const abort = (): void => void observation.close(signal?.reason);
    const observation: CoapObservation = new CoapObservation(this.#requester, {
      target,
      message: {
        code: methodCode.GET,
        options: [...target.options, requestTag(), ...acceptOptions(form)],
        payload: emptyBytes,
      },
      representation: /[?&]after=/.test(form.href) ? 'records' : (subscriptions[op] ?? 'data'),
      listener,
      timeout,
      wire,
      contentOf: (response) => contentOf(response, form),
      removed: () => {
        signal?.removeEventListener('abort', abort);
        this.#observations.delete(observation);
      },
    });
    this.#observations.add(observation);
    signal?.addEventListener('abort', abort);
    await observation.open();
    return () => observation.close();
  }

  async stop(): Promise<void> {
    const stopped = clientStopped();
    await Promise.all([...this.#observations].map((observation) => observation.close(stopped)));
    await this.#requester.stop();
  }

  async #send(href: string, message: Envelope, limits: Limits): Promise<Envelope> {
    const target = coapTarget(href);
    const request = { ...message, options: [...target.options, ...message.options] };
    const { clock, stopping } = this.#requester;
    const signals = [stopping, ...(limits.signal === undefined ? [] : [limits.signal])];
    const bounds = { href, timeout: limits.timeout, signal: AbortSignal.any(signals) };
    return withDeadline(clock, bounds, async (signal) => {
      const route = await this.#requester.route(target, signal, limits.wire);
      const response = await transfer((part) => this.#requester.exchange(route, part, signal), request);
      if (response.code.startsWith('2.')) return response;
      throw errorOfAnswer(response, href);
    });
  }
}

type Limits = Pick<ClientRequest, 'signal' | 'timeout' | 'wire'>;

function methodOf(op: Op, form: Form): Method | undefined {
  const method = form['cov:method'] ?? defaultMethods[op];
  return typeof method === 'string' && Object.hasOwn(methodCode, method) ? (method as Method) : undefined;
}

function methodUnknown(form: Form): WotError {
  const message = `The form's cov:method ${JSON.stringify(form['cov:method'])} is none of CoAP's; use ${Object.keys(methodCode).join(', ')}.`;
  return new WotError('invalid', 'METHOD_UNKNOWN', message, { href: form.href });
}

function acceptOptions(form: Form): readonly CoapOption[] {
  const format = form['cov:accept'] ?? contentFormatOf(responseType(form));
  return typeof format === 'number' ? [uintOption(optionNumber.accept, format)] : [];
}

function contentOptions(form: Form, content: Content | undefined): readonly CoapOption[] {
  if (content === undefined) return [];
  const format = contentFormatOf(content.type) ?? form['cov:contentFormat'];
  if (typeof format === 'number') return [uintOption(optionNumber.contentFormat, format)];
  const message = `${content.type} has no CoAP Content-Format; use another media type, or name the number in cov:contentFormat.`;
  throw new WotError('unsupported-media', 'CONTENT_FORMAT_UNKNOWN', message, { href: form.href });
}

/** The content of a response; a payload without a Content-Format, or with one of the form's own, is what the form says. */
function contentOf({ options, payload }: Envelope, form: Form): Content | undefined {
  const format = optionUint(options, optionNumber.contentFormat);
  if (format === undefined && payload.length === 0) return undefined;
  if (format === undefined || format === form['cov:contentFormat'])
    return { type: responseType(form), body: payload };
  return { type: mediaTypeOfFormat(format) ?? `application/x-coap-content-format-${format}`, body: payload };
}

function bufferOf(body: Uint8Array = emptyBytes): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
