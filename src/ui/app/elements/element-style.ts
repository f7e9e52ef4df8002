let style: CSSStyleSheet | undefined;

/** The style of all our elements, changed from outside by custom properties and parts. */
export function elementStyle(): CSSStyleSheet {
  if (style) return style;
  style = new CSSStyleSheet();
  style.replaceSync(css);
  return style;
}

const css = `
:host { display: block; font: inherit; color: inherit; min-width: 0; container-type: inline-size; }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
[part='value'], [part='control'] { margin-inline-start: var(--wot-gap, 0.75em); }
p { margin: 0; }
[part='property'] { display: grid; grid-template-columns: minmax(30%, 1fr) auto auto; align-items: center; row-gap: 0.15em; padding: var(--wot-padding, 0.4em 0); }
[part='title'] { overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
[part='value'] { font-weight: 600; font-variant-numeric: tabular-nums; text-align: end; max-width: min(24em, 36cqi); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
[part='property']:not([data-state='fresh'], [data-state='pending']) [part='value'] { font-weight: 400; font-style: italic; }
[part='state'] { grid-column: 1 / -1; font-size: 0.85em; opacity: 0.8; overflow-wrap: anywhere; }
[data-state='rejected'] [part='state'], [data-state='unreachable'] [part='state'], [part='problem'] { opacity: 1; color: var(--wot-problem, light-dark(#b3261e, #ff9c94)); }
[part='trend'] { grid-column: 1 / -1; width: 100%; height: var(--wot-trend-height, 2.5em); display: block; overflow: visible; }
[part='trend'] path { fill: none; stroke: var(--wot-trend, currentColor); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
[part='control'] { font: inherit; color: inherit; background: var(--wot-control, transparent); border: 1px solid color-mix(in srgb, currentColor 55%, transparent); border-radius: var(--wot-radius, 0.35em); min-height: max(2em, 24px); padding: 0.2em 0.5em; max-width: 12em; justify-self: end; }
input[part='control'] { width: min(8em, 26cqi); text-align: end; }
[part='control'][aria-invalid='true'] { border-color: var(--wot-problem, light-dark(#b3261e, #ff9c94)); }
[part='control']:focus-visible, a:focus-visible { outline: 2px solid var(--wot-focus, currentColor); outline-offset: 2px; }
button[role='switch'] { width: max(3em, 44px); padding: 2px; border-radius: 2em; cursor: pointer; display: flex; }
button[role='switch']::before { content: ''; width: max(1.4em, 18px); aspect-ratio: 1; border-radius: 50%; background: currentColor; opacity: 0.7; transition: translate 0.15s; }
button[role='switch'][aria-checked='true'] { background: var(--wot-on, light-dark(#2b8a3e, #2f9e44)); color: #fff; }
button[role='switch'][aria-checked='true']::before { margin-inline-start: auto; opacity: 1; }
[part='thing'] { display: block; }
[part='heading'] { font-weight: 700; font-size: 1.1em; margin-bottom: 0.25em; overflow-wrap: anywhere; }
[part='heading'] a { color: inherit; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (pointer: coarse) { [part='control'] { min-height: 44px; } }
`;
