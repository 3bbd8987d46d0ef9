/** The text of `--help`. Stricli's own breaks no lines and has no place for examples after the options. */
import type { Command, CommandContext, RouteMap, StricliIntegration } from "@stricli/core";

/** Two columns of text. */
type Row = readonly [term: string, about: string];
type Parameters = Command<CommandContext>["parameters"];
type Flag = NonNullable<Parameters["flags"]>[string];
type Positional = NonNullable<Parameters["positional"]>;

/** What main.ts sees to before Stricli reads a word. */
const DEBUG: Row = ["--debug", "print where an error came from"];
const HELP: Row = ["help [command]", "display help for command"];

/** Lines of at most `width` characters, broken between words. */
function wrap(text: string, width: number): string[] {
  return text.match(new RegExp(`\\S.{0,${width - 1}}(?!\\S)|\\S+`, "g")) ?? [];
}

function optionTerm(name: string, short?: string, placeholder?: string): string {
  return `${short ? `-${short}, ` : ""}--${name}${placeholder ? ` <${placeholder}>` : ""}`;
}

/** What an option is about, with what it takes and what it is when it is not given. */
function about(flag: Flag): string {
  const facts = [
    ...(flag.kind === "enum" ? [`choices: ${flag.values.join(", ")}`] : []),
    ...("default" in flag && flag.default !== undefined ? [`default: ${flag.default}`] : []),
  ];
  return facts.length > 0 ? `${flag.brief} (${facts.join("; ")})` : flag.brief;
}

function optionRows({ flags = {}, aliases = {} }: Parameters): Row[] {
  const letters = new Map(Object.entries(aliases).map(([letter, name]) => [name, letter]));
  return Object.entries(flags).map(([name, flag]) => [
    optionTerm(name, letters.get(name), flag.kind === "boolean" ? undefined : flag.placeholder),
    about(flag),
  ]);
}

const argumentsOf = (positional?: Positional) =>
  positional?.kind === "array" ? [positional.parameter] : positional?.parameters ?? [];

/** The arguments of a command as its usage line has them, each after a space. */
function argumentWords(positional?: Positional): string {
  const dots = positional?.kind === "array" ? "..." : "";
  return argumentsOf(positional).map(({ placeholder, optional }) =>
    optional ? ` [${placeholder}${dots}]` : ` <${placeholder}${dots}>`
  ).join("");
}

function commandRows(routes: RouteMap<CommandContext>): Row[] {
  return routes.getAllEntries().map(({ name, target }) => {
    const words = "parameters" in target ? argumentWords(target.parameters.positional) : "";
    return [`${name.original} [options]${words}`, target.brief];
  });
}

/** The help of the whole program or of a command, for a screen of so many columns. */
function helpText(
  target: Command<CommandContext> | RouteMap<CommandContext>,
  prefix: readonly string[],
  always: readonly Row[],
  columns: number,
): string {
  const usage = `Usage: ${prefix.join(" ")} [options]`;
  const [words, sections]: [string, [title: string, rows: readonly Row[]][]] = "parameters" in target
    ? [argumentWords(target.parameters.positional), [
      [
        "Arguments",
        argumentsOf(target.parameters.positional).map(({ placeholder = "", brief }) => [placeholder, brief]),
      ],
      ["Options", [...optionRows(target.parameters), ...always]],
    ]]
    : [" [command]", [["Options", [...always, DEBUG]], ["Commands", [...commandRows(target), HELP]]]];
  const left = Math.max(...sections.flatMap(([, rows]) => rows.map(([term]) => term.length))) + 2;
  const table = (rows: readonly Row[]) =>
    rows.flatMap(([term, about]) =>
      wrap(about, Math.max(40, columns - left - 2)).map((line, at) => `  ${(at > 0 ? "" : term).padEnd(left)}${line}`)
    );
  return [
    usage + words,
    wrap(target.brief, columns).join("\n"),
    ...sections.filter(([, rows]) => rows.length > 0).map(([title, rows]) => [`${title}:`, ...table(rows)].join("\n")),
    `${target.fullDescription}\n`,
  ].join("\n\n");
}

/** `--help` of the program and of each command. */
export const help: StricliIntegration<CommandContext> = {
  flag: {
    brief: "display help for command",
    aliases: ["h"],
    global: true,
    defaultForRouteMap: true,
    run(_, { result: { target, prefix }, additionalFlags }) {
      const always = additionalFlags.map(({ name, aliases = [], brief }): Row => [optionTerm(name, aliases[0]), brief]);
      const columns = Deno.stdout.isTerminal() ? Deno.consoleSize().columns || 80 : 80;
      this.process.stdout.write(helpText(target, prefix, always, columns));
    },
  },
};
