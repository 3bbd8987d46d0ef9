/** One HTML page that needs nothing but itself: light and dark, figures with captions. */
import { escape } from "./figure.ts";

/** One figure: SVG text and what it shows, as HTML. */
export interface Figure {
  readonly svg: string;
  readonly caption: string;
}

/** Everything that a reader's browser needs is in the page. */
const STYLE = `
:root { color-scheme: light dark; --page: #fff; --text: #1b1b1e; --faint: #6a6f78; --line: #d8dbe0; --bad: #c0262d; --good: #1f7a3a }
@media (prefers-color-scheme: dark) { :root { --page: #16181c; --text: #e8e9ec; --faint: #9aa0aa; --line: #3a3e46; --bad: #ff7b72; --good: #58c77a } }
body { background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; max-width: 900px; margin: 2em auto; padding: 0 1em }
figure { margin: 1.5em 0; overflow-x: auto } figcaption, .faint { color: var(--faint); font-size: 13px }
svg { color: var(--text); max-width: 100%; height: auto; display: block }
table { border-collapse: collapse; width: 100%; font-size: 12.5px } td, th { text-align: left; padding: 2px 8px 2px 0; vertical-align: top; border-bottom: 1px solid var(--line) }
td.number, th.number { text-align: right } td.number { white-space: nowrap; font-variant-numeric: tabular-nums }
.bad { color: var(--bad); font-weight: 600 } .good { color: var(--good) }
.legend span { margin-right: 1em; white-space: nowrap } .legend i { display: inline-block; width: 10px; height: 10px; margin-right: 4px; border-radius: 50% }
td .faint { font-size: 11px } code { font-size: 12.5px } pre { overflow-x: auto; font-size: 12px } summary { cursor: pointer }`;

/** A figure as HTML. */
export function figureHtml({ svg, caption }: Figure): string {
  return `<figure>${svg}<figcaption>${caption}</figcaption></figure>`;
}

/** The page. `title`: text; `body`: HTML below the heading. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><h1>${escape(title)}</h1>
${body}
</body></html>
`;
}
