/** The Python peers as a child process that answers line by line. */
import { fileURLToPath } from "node:url";

/** A running peers.py. */
export interface Peers {
  readonly versions: unknown;
  /** Sends a command, gives the answer. */
  ask(command: string): Promise<Record<string, number>>;
  close(): void;
}

/** Starts peers.py; undefined, with one line that says so, when Python or a package is missing. */
export async function startPeers(args: string[]): Promise<Peers | undefined> {
  const python = Deno.env.get("BRAGGSIEVE_PYTHON") ?? "python3";
  const script = fileURLToPath(new URL("peers.py", import.meta.url));
  try {
    const child = new Deno.Command(python, { args: [script, ...args], stdin: "piped", stdout: "piped", stderr: "null" })
      .spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const writer = child.stdin.getWriter();
    let rest = "";
    const answer = async () => {
      while (!rest.includes("\n")) {
        const { value, done } = await lines.read();
        if (done) throw new Error(`${python} ended: does it have bench/requirements.txt?`);
        rest += value;
      }
      const [line, ...others] = rest.split("\n");
      rest = others.join("\n");
      return JSON.parse(line);
    };
    const versions = await answer();
    return {
      versions,
      ask: async (command) => {
        await writer.write(new TextEncoder().encode(command + "\n"));
        return await answer();
      },
      close: () => void writer.close(),
    };
  } catch (error) {
    console.log(`missing: the Python peers: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}
