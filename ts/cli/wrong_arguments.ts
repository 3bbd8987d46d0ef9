/** The sentences for arguments that are refused. */
import {
  AliasNotFoundError,
  ArgumentScannerError,
  FlagNotFoundError,
  formatMessageForArgumentScannerError,
} from "@stricli/core";
import { UsageError } from "../errors.ts";

/** A wrong argument, with a hint at the help. */
function wrongArgument(sentence: string): UsageError {
  return new UsageError(`${sentence}\n(add --help for the options)`);
}

/** A word that names no command or option. Of the names like it, one alone may have been meant. */
export function unknown(what: "command" | "option", word: string, near: readonly string[] = []): UsageError {
  return wrongArgument(`unknown ${what} '${word}'${near.length === 1 ? ` (did you mean ${near[0]}?)` : ""}`);
}

/** What the user is told about an error of Stricli's parser; any other error stays as it is. */
export function explained(error: unknown): unknown {
  if (!(error instanceof ArgumentScannerError)) return error;
  if (error instanceof FlagNotFoundError) {
    return unknown("option", `--${error.input}`, error.corrections.map((name) => `--${name}`));
  }
  if (error instanceof AliasNotFoundError) return unknown("option", `-${error.input}`);
  return wrongArgument(formatMessageForArgumentScannerError(error, {
    ArgumentParseError: ({ externalFlagNameOrPlaceholder: name, input, exception }) =>
      `option --${name}: '${input}' ${
        exception instanceof UsageError ? exception.message : "is neither true nor false"
      }`,
    EnumValidationError: ({ externalFlagName, input, values }) =>
      `option --${externalFlagName}: '${input}' is none of ${values.join(", ")}`,
    // Stricli has one error for an option that is missing and for one whose value is.
    UnsatisfiedFlagError: ({ externalFlagName }) => `option --${externalFlagName} must be given, with a value`,
    UnexpectedFlagError: ({ externalFlagName }) => `option --${externalFlagName} is given twice`,
    UnexpectedPositionalError: ({ input }) => `too many arguments, from '${input}' on`,
    UnsatisfiedPositionalError: ({ placeholder }) => `missing required argument '${placeholder}'`,
  }));
}
