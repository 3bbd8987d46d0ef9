/**
 * `deno task validate:look`, `deno task bench:look`: opens a report in headless Chromium, light and dark, and fails for
 * what a reader would stumble over: requests to the network, errors, figures without size, axis labels or caption, text
 * that is cut off or lies on other text, text that cannot be read on its page.
 *
 *     look.ts FOLDER …     looks at each FOLDER/index.html, leaves light.png and dark.png beside it
 *
 * CHROMIUM names the browser; without one it says so, and fails where CI is true.
 */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { messageOf } from "../errors.ts";

const SCHEMES = ["light", "dark"] as const;

/** Runs in the page, which has a DOM that this program has no types for: what is wrong with it, as sentences. */
const INSPECT = `(() => {
  const found = [];
  const box = (element) => element.getBoundingClientRect();
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) found.push("the page is wider than its window");
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((c) => (c / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = luminance(getComputedStyle(document.body).backgroundColor);
  const contrast = (colour) => {
    const [low, high] = [luminance(colour), behind].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  for (const element of document.querySelectorAll("h1, h2, p, figcaption, td")) {
    const { color } = getComputedStyle(element);
    if (contrast(color) < 3) found.push("cannot be read: " + element.textContent.slice(0, 40));
  }
  [...document.querySelectorAll("figure")].forEach((figure, number) => {
    const name = "figure " + (number + 1) + ": ";
    const svg = figure.querySelector("svg");
    if (!svg || box(svg).width < 300 || box(svg).height < 100) return found.push(name + "has no size");
    if (!figure.querySelector("figcaption")?.textContent.trim()) found.push(name + "has no caption");
    const labels = svg.querySelectorAll("[aria-label$='axis label'] text, [aria-label$='-axis label']");
    if (labels.length < 1) found.push(name + "has no axis label");
    if (svg.querySelectorAll("path, circle, rect, line").length < 3) found.push(name + "shows nothing");
    const frame = box(svg);
    const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim());
    for (const text of texts) {
      const { left, right, top, bottom } = box(text);
      if (left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1) {
        found.push(name + "cuts off: " + text.textContent);
      }
      const { fill } = getComputedStyle(text);
      if (/^rgb/.test(fill) && contrast(fill) < 2) found.push(name + "cannot be read: " + text.textContent);
    }
    texts.forEach((text, i) => texts.slice(i + 1).forEach((other) => {
      const [a, b] = [box(text), box(other)];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 2 && down > 4) found.push(name + text.textContent + " lies on " + other.textContent);
    }));
  });
  if (document.querySelectorAll("figure").length === 0) found.push("there are no figures");
  return found;
})()`;

/** What is wrong with a page, as sentences. `picture`: where its screenshot goes. */
async function inspect(
  browser: Browser,
  address: string,
  colorScheme: (typeof SCHEMES)[number],
  picture?: string,
): Promise<string[]> {
  const page = await browser.newPage({ colorScheme, viewport: { width: 960, height: 900 } });
  const problems: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (url !== address && !url.startsWith("data:")) problems.push(`asks for ${url}`);
  });
  page.on("console", (message) => message.type() === "error" && problems.push(`says: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`fails: ${messageOf(error)}`));
  await page.goto(address);
  problems.push(...await page.evaluate(INSPECT) as string[]);
  if (picture !== undefined) await page.screenshot({ path: picture, fullPage: true });
  await page.close();
  return problems;
}

/** A page with one of each fault: if they are not found, nothing that is found below means anything. */
const FAULTY = `<body style="background:#fff"><p style="color:#fefefe">pale</p><script>undefined.x</script>
<img src="http://127.0.0.1:9/picture.png"><figure><svg width="400" height="200"><text x="390" y="50">far to the right</text>
<text x="10" y="80">on top</text><text x="12" y="80">of this</text></svg></figure><div style="width:2000px">wide</div></body>`;
const FAULTS = [
  /asks for http/,
  /fails: /,
  /wider/,
  /cannot be read: pale/,
  /no caption/,
  /no axis/,
  /shows nothing/,
  /cuts off/,
  /lies on/,
];

/** Problems of the reports in `folders`. */
async function look(browser: Browser, folders: readonly string[]): Promise<string[]> {
  const proof = await inspect(browser, `data:text/html,${encodeURIComponent(FAULTY)}`, "light");
  const blind = FAULTS.filter((fault) => !proof.some((problem) => fault.test(problem)));
  if (blind.length > 0) return [`faults that are not found: ${blind.join(", ")} in ${proof.join("; ")}`];
  const problems: string[] = [];
  for (const name of folders) {
    const folder = pathToFileURL(`${resolve(name)}/`);
    const address = new URL("index.html", folder).href;
    for (const scheme of SCHEMES) {
      const picture = fileURLToPath(new URL(`${scheme}.png`, folder));
      for (const problem of await inspect(browser, address, scheme, picture)) {
        problems.push(`${name}, ${scheme}: ${problem}`);
      }
    }
  }
  return problems;
}

async function open(): Promise<Browser> {
  const executablePath = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
  return await chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

const reports = Deno.args;
if (reports.length === 0) {
  console.error("look.ts: name the folder of a report");
  Deno.exit(2);
}
const browser = await open().catch((error) => messageOf(error).split("\n")[0]);
if (typeof browser === "string") {
  console.log(`skipped: the look at the report: no Chromium (name it with CHROMIUM): ${browser}`);
  if (Deno.env.get("CI") === "true") Deno.exitCode = 1;
} else {
  const problems = await look(browser, reports).finally(() => browser.close());
  for (const problem of problems) console.error(problem);
  console.log(`${problems.length} problems in ${reports.join(", ")}, looked at in ${SCHEMES.join(" and ")}`);
  if (problems.length > 0) Deno.exitCode = 1;
}
