/**
 * The command line: `braggsieve <command>`. Exit status 0 for success, 1 for failed work, 2 for wrong arguments,
 * 130 when interrupted. Errors are one sentence on stderr; `--debug` adds the stack.
 */
import { Command, CommanderError } from "commander";
import configuration from "../../deno.json" with { type: "json" };
import { BraggsieveError, messageOf } from "../errors.ts";

/** All commands, in the order of the help. One is loaded when it is called: what the others need costs no time then. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["sparsify", async () => (await import("./sparsify.ts")).sparsifyCommand()],
  ["densify", async () => (await import("./densify.ts")).densifyCommand()],
  ["peaks", async () => (await import("./peaks.ts")).peaksCommand()],
  ["veto", async () => (await import("./veto.ts")).vetoCommand()],
  ["integrate", async () => (await import("./integrate.ts")).integrateCommand()],
  ["info", async () => (await import("./info.ts")).infoCommand()],
  ["simulate", async () => (await import("./simulate.ts")).simulateCommand()],
  ["demo", async () => (await import("./demo.ts")).demoCommand()],
]);

/** The command line with the command `name` alone, or with all of them when there is no such command. */
export async function program(name?: string): Promise<Command> {
  const root = new Command("braggsieve")
    .description("separates Bragg signal from background in X-ray diffraction frames")
    .version(configuration.version, "-V, --version", "print the version")
    .option("--debug", "print where an error came from")
    .addHelpText(
      "after",
      `
Example:
  braggsieve sparsify -p detector.poni -o sparse.h5 frames_*.cbf
  braggsieve densify -o dense.h5 sparse.h5`,
    );
  const named = name === undefined ? undefined : COMMANDS.get(name);
  for (const make of named ? [named] : COMMANDS.values()) root.addCommand(strict(await make()));
  return strict(root);
}

/** Errors of the command line are thrown, so that one place decides on the exit status. */
function strict(command: Command): Command {
  // Colours would need the permission to read the environment.
  const plain = { getOutHasColors: () => false, getErrHasColors: () => false };
  return command.configureOutput(plain).exitOverride().showHelpAfterError("(add --help for the options)");
}

/** The sentence for an error, and the exit status. */
export function explain(error: unknown): { sentence?: string; status: number } {
  if (error instanceof CommanderError) return { status: error.exitCode === 0 ? 0 : 2 };
  if (error instanceof BraggsieveError) return { sentence: error.message, status: error.exitCode };
  if (error instanceof Deno.errors.NotCapable) {
    const flag = /--allow-\w+/.exec(error.message)?.[0] ?? "--allow-read --allow-write";
    return { sentence: `this program lacks a permission: run it with ${flag} (${error.message})`, status: 1 };
  }
  return { sentence: `unexpected: ${messageOf(error)} (add --debug for details)`, status: 1 };
}

/** Runs the command line and gives its exit status. Never throws. */
export async function main(words: readonly string[]): Promise<number> {
  try {
    // Wherever it stands: an error may come before the options of a command are known.
    const given = words.filter((word) => word !== "--debug");
    await (await program(given[0])).parseAsync(given, { from: "user" });
    return 0;
  } catch (error) {
    const { sentence, status } = explain(error);
    if (sentence !== undefined) console.error(`braggsieve: ${sentence}`);
    if (words.includes("--debug") && error instanceof Error && status !== 0) console.error(error.stack);
    return status;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
