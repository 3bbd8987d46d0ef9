/** The Python peers: each file of bench/peers is a child process that answers line by line. */
import { fileURLToPath } from "node:url";
import { messageOf } from "../ts/errors.ts";
import type { Peer } from "./compare.ts";
import { python } from "./python.ts";

/** The environment of a peer: `threads` bounds OpenMP's. */
function environment(threads: number | undefined): Record<string, string> {
  return threads === undefined ? {} : { OMP_NUM_THREADS: String(threads) };
}

/** A running file of peers. */
export class Peers {
  readonly #versions: Readonly<Record<string, string>>;
  readonly #missing: Readonly<Record<string, string>>;

  private constructor(
    private readonly child: Child | undefined,
    greeting: { versions?: Record<string, string>; missing?: Record<string, string> },
    private readonly why?: string,
  ) {
    this.#versions = greeting.versions ?? {};
    this.#missing = greeting.missing ?? {};
  }

  /** Starts bench/peers/`script`. Never throws: without Python every peer of it is missing. */
  static async start(script: string, input: unknown, threads?: number): Promise<Peers> {
    let child: Child | undefined;
    try {
      child = new Child(fileURLToPath(new URL(`peers/${script}`, import.meta.url)), input, environment(threads));
      return new Peers(child, await child.answer() as Record<string, Record<string, string>>);
    } catch (error) {
      await child?.close();
      return new Peers(undefined, {}, messageOf(error));
    }
  }

  /** The versions of the packages that are there. */
  get versions(): Readonly<Record<string, string>> {
    return this.#versions;
  }

  /** The peer called `name` in the figures: a command of one of the file's packages. */
  peer(name: string, packageName: string, command: string): Peer {
    const reason = this.why ?? this.#missing[packageName];
    const { child } = this;
    return reason !== undefined || !child
      ? { name, reason: reason ?? "it ended" }
      : { name, run: () => child.ask(command) };
  }

  async close(): Promise<void> {
    await this.child?.close();
  }
}

/** The process and its lines. */
class Child {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #rest = "";

  constructor(script: string, input: unknown, env: Record<string, string>) {
    const args = [script, JSON.stringify(input)];
    const options = { args, env, stdin: "piped", stdout: "piped", stderr: "null" } as const;
    this.#process = new Deno.Command(python(), options).spawn();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#writer = this.#process.stdin.getWriter();
  }

  /** The next line. Throws when the process has ended. */
  async answer(): Promise<unknown> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error(`${python()} ended: does it have bench/requirements.txt?`);
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return JSON.parse(line);
  }

  /** Milliseconds per frame that a command took. */
  async ask(command: string): Promise<number> {
    await this.#writer.write(new TextEncoder().encode(command + "\n"));
    const { ms, error } = await this.answer() as { ms?: number; error?: string };
    if (ms === undefined) throw new Error(error ?? "no answer");
    return ms;
  }

  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#lines.cancel();
    await this.#process.status;
  }
}
