/**
 * The command line: `braggsieve <command>`. Exit status 0 for success, 1 for failed work, 2 for wrong arguments,
 * 130 when interrupted. Errors are one sentence on stderr; `--debug` adds the stack.
 */
import {
  type Application,
  type ApplicationText,
  buildApplication,
  buildRouteMap,
  type Command,
  type CommandContext,
  run,
  text_en,
  version,
} from "@stricli/core";
import configuration from "../../deno.json" with { type: "json" };
import { BraggsieveError, messageOf } from "../errors.ts";
import { help } from "./help.ts";
import { explained, unknown } from "./wrong_arguments.ts";

/** All commands, in the order of the help. One is loaded when it is called: what the others need costs no time then. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command<CommandContext>>> = new Map([
  ["sparsify", async () => (await import("./sparsify.ts")).sparsifyCommand],
  ["densify", async () => (await import("./densify.ts")).densifyCommand],
  ["peaks", async () => (await import("./peaks.ts")).peaksCommand],
  ["veto", async () => (await import("./veto.ts")).vetoCommand],
  ["integrate", async () => (await import("./integrate.ts")).integrateCommand],
  ["info", async () => (await import("./info.ts")).infoCommand],
  ["simulate", async () => (await import("./simulate.ts")).simulateCommand],
  ["demo", async () => (await import("./demo.ts")).demoCommand],
]);

const EXAMPLES = `Example:
  braggsieve sparsify -p detector.poni -o sparse.h5 frames_*.cbf
  braggsieve densify -o dense.h5 sparse.h5`;

/** Stricli prints errors where they come up: here they are thrown, so that one place decides on the exit status. */
const THROWING: ApplicationText = {
  ...text_en,
  noCommandRegisteredForInput({ input, corrections }) {
    if (input.startsWith("-")) throw unknown("option", input);
    throw unknown("command", input, corrections.map((name) => name.replaceAll("`", "")));
  },
  exceptionWhileParsingArguments(error) {
    throw explained(error);
  },
  exceptionWhileRunningCommand(error) {
    throw error;
  },
  exceptionWhileRunningIntegrationFlag({ exception }) {
    throw exception;
  },
};

/** The commands by their names: `name` alone, or all of them when there is no such command. */
export async function commands(name = ""): Promise<Record<string, Command<CommandContext>>> {
  const chosen = COMMANDS.has(name) ? [name] : [...COMMANDS.keys()];
  return Object.fromEntries(await Promise.all(chosen.map(async (name) => [name, await COMMANDS.get(name)!()])));
}

/** The command line of some commands. */
export function program(routes: Record<string, Command<CommandContext>>): Application<CommandContext> {
  const brief = "separates Bragg signal from background in X-ray diffraction frames";
  const info = { currentVersion: configuration.version };
  return buildApplication(
    buildRouteMap({ routes, docs: { brief, fullDescription: EXAMPLES } }),
    {
      name: "braggsieve",
      scanner: { allowArgumentEscapeSequence: true },
      localization: { text: THROWING },
    },
    { version: version({ brief: "print the version", alias: "V", info }), help },
  );
}

/** The sentence for an error, and the exit status. */
export function explain(error: unknown): { sentence: string; status: number } {
  if (error instanceof BraggsieveError) return { sentence: error.message, status: error.exitCode };
  if (error instanceof Deno.errors.NotCapable) {
    const flag = /--allow-\w+/.exec(error.message)?.[0] ?? "--allow-read --allow-write";
    return { sentence: `this program lacks a permission: run it with ${flag} (${error.message})`, status: 1 };
  }
  return { sentence: `unexpected: ${messageOf(error)} (add --debug for details)`, status: 1 };
}

/**
 * The words as Stricli reads them: `-j4` as `-j=4` and `--output=` as two words, for it would take both for files.
 * Throws UsageError for `--j`, which it would take for one too.
 */
function spelled(words: readonly string[]): string[] {
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  const options = words.slice(0, end).flatMap((word) => {
    if (/^--[^-](=|$)/.test(word)) throw unknown("option", word);
    if (/^--[^=]+=$/.test(word)) return [word.slice(0, -1), ""];
    return [word.replace(/^-([a-z])(?!=)(?=.*[^a-z])/i, "-$1=")];
  });
  const asked = options[0] === "help" ? [...options.slice(1), "--help"] : options;
  return [...asked, ...words.slice(end)];
}

/** Runs the command line and gives its exit status. Never throws. */
export async function main(words: readonly string[]): Promise<number> {
  try {
    // Wherever it stands: an error may come before the options of a command are known.
    const given = spelled(words.filter((word) => word !== "--debug"));
    // The help is told as an error when nothing else was asked for.
    const told = given.length > 0 ? { print: console.log, status: 0 } : { print: console.error, status: 2 };
    const stdout = { write: (text: string) => told.print(text.trimEnd()) };
    await run(program(await commands(given[0])), given, { process: { stdout, stderr: stdout } });
    return told.status;
  } catch (error) {
    const { sentence, status } = explain(error);
    console.error(`braggsieve: ${sentence}`);
    if (words.includes("--debug") && error instanceof Error) console.error(error.stack);
    return status;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
