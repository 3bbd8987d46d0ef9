/** Where a running veto takes changes of its threshold from: lines on stdin, or a file that is looked at. */
import { InputError, messageOf } from "../errors.ts";
import type { Threshold } from "../pipeline/threshold.ts";

/** Milliseconds between two looks at the file. */
const LOOK = 100;
/** Longer files hold no threshold. */
const MOST_BYTES = 1024;

/** Takes a text as the new threshold; says on stderr why it cannot be one. */
function take(threshold: Threshold, text: string, from: string): void {
  const words = text.trim();
  if (words === "" || (/^\d+$/.test(words) && threshold.change(Number(words)))) return;
  console.error(`${from}: ${JSON.stringify(words.slice(0, 40))} is no threshold: the one before stays`);
}

/** Takes each line of stdin, until it ends. */
async function fromLines(threshold: Threshold): Promise<void> {
  let rest = "";
  for await (const part of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!.slice(-MOST_BYTES);
    for (const line of lines) take(threshold, line, "stdin");
  }
  take(threshold, rest, "stdin");
}

/** Takes the file's content now, where it is there, and whenever it changes; a function that ends that. */
function fromFile(threshold: Threshold, file: string): () => void {
  let seen = "";
  const look = () => {
    try {
      const { size, isFile } = Deno.statSync(file);
      if (!isFile || size > MOST_BYTES) throw new Error("is no file of one number");
      const text = Deno.readTextFileSync(file);
      if (text !== seen) take(threshold, text, file);
      seen = text;
    } catch (error) {
      // It may be made later, and whoever replaces it may take it away for a moment.
      if (error instanceof Deno.errors.NotFound) return;
      if (error instanceof Deno.errors.NotCapable) throw error;
      if (seen !== messageOf(error)) console.error(`${file}: ${messageOf(error)}: the threshold stays`);
      seen = messageOf(error);
    }
  };
  look();
  const timer = setInterval(look, LOOK);
  return () => clearInterval(timer);
}

/**
 * Follows `source`, a file or `-` for stdin, until the function that it gives is called. Throws InputError when stdin is
 * a terminal's and nobody could type there.
 */
export function followThreshold(threshold: Threshold, source: string): () => void {
  if (source !== "-") return fromFile(threshold, source);
  if (Deno.stdin.isTerminal()) console.error("type a number and Enter to change the threshold");
  fromLines(threshold).catch((cause) => {
    console.error(
      new InputError(`cannot be read: ${messageOf(cause)}: the threshold stays`, { file: "stdin" }).message,
    );
  });
  // A read that waits cannot be called back; the program ends without it.
  return () => {};
}
