import { elementStyle } from './element-style.ts';
import { languageOf } from './element-texts.ts';
import { makeElement } from './make-element.ts';
import { messages } from './messages.ts';

const retryAfter = 15_000;

/** What our elements have in common: shown anew whenever something changed, gone without a trace. */
export abstract class ShadowElement extends HTMLElement {
  readonly #root = this.attachShadow({ mode: 'open' });
  #shown = new AbortController();

  connectedCallback(): void {
    this.#root.adoptedStyleSheets = [elementStyle()];
    void this.#show();
  }

  disconnectedCallback(): void {
    this.#shown.abort();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) void this.#show();
  }

  /** What is to be seen, kept up to date until the signal aborts; rejects with an Error whose message is for people. */
  protected abstract content(signal: AbortSignal): Promise<Node>;

  async #show(): Promise<void> {
    this.#shown.abort();
    this.#shown = new AbortController();
    const { signal } = this.#shown;
    const t = messages[languageOf(this)];
    if (!this.#root.hasChildNodes())
      this.#root.replaceChildren(makeElement('p', { part: 'loading', text: t.loading }));
    const content = await this.content(signal).catch((error: unknown) => this.#failed(error, signal));
    if (!signal.aborted) this.#root.replaceChildren(content);
  }

  #failed(error: unknown, signal: AbortSignal): Node {
    const retry = setTimeout(() => void this.#show(), retryAfter);
    signal.addEventListener('abort', () => clearTimeout(retry));
    const text = error instanceof Error ? error.message : String(error);
    return makeElement('p', { part: 'problem', role: 'alert', text });
  }
}
