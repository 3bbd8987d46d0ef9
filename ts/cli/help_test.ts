/** What the help says is so: every example runs as it stands, every option states its default. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "@stricli/core";
import { encodeByteOffset } from "../engine/wasm/braggsieve.js";
import { SimulatedSource } from "../io/simulated.ts";
import { commands, program } from "./main.ts";
import { UsageError } from "../errors.ts";
import { inFolder } from "../testing.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const CONFIGURATION = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** What the program prints for `words`, when its commands are these. */
async function printed(routes: Awaited<ReturnType<typeof commands>>, words: readonly string[]): Promise<string> {
  let text = "";
  const stdout = { write: (part: string) => void (text += part) };
  await run(program(routes), words, { process: { stdout, stderr: stdout } });
  return text;
}

/** The help of the program and of each command. */
async function helps(): Promise<Map<string, string>> {
  const all = await commands();
  const texts = new Map([["braggsieve", await printed(all, ["--help"])]]);
  for (const name of Object.keys(all)) texts.set(name, await printed(all, [name, "--help"]));
  return texts;
}

/** The lines of a help text that begin with the program's name, as words. */
function examples(help: string): string[][] {
  return help.split("\n").filter((line) => /^ {2}braggsieve /.test(line)).map((line) =>
    line.trim().split(" ").slice(1)
  );
}

/** A small CBF file of int32 pixels. */
function cbf(pixels: Int32Array, width: number): Uint8Array {
  const packed = encodeByteOffset(pixels);
  const head = "###CBF: VERSION 1.5\r\n--CIF-BINARY-FORMAT-SECTION--\r\nContent-Type: application/octet-stream;\r\n" +
    `     conversions="x-CBF_BYTE_OFFSET"\r\nX-Binary-Size: ${packed.length}\r\n` +
    `X-Binary-Size-Fastest-Dimension: ${width}\r\nX-Binary-Size-Second-Dimension: ${pixels.length / width}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from([0x0c, 0x1a, 4, 0xd5]), packed]);
}

async function braggsieve(words: readonly string[], cwd: string): Promise<{ code: number; error: string }> {
  const args = ["run", "--quiet", "--no-prompt", "--config", CONFIGURATION, "--allow-read", "--allow-write", MAIN];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args, ...words], cwd }).output();
  return { code, error: new TextDecoder().decode(stderr) };
}

/** Files with the names that the examples use: simulated frames of 96 × 80 pixels, four in a stack, two in CBF. */
async function prepare(folder: string): Promise<void> {
  const size = ["--width", "96", "--height", "80", "--beam-x", "48", "--beam-y", "40"];
  const made = await braggsieve(["simulate", "-o", "scan.h5", "-n", "4", ...size], folder);
  assert.equal(made.code, 0, made.error);
  await Deno.rename(join(folder, "scan.poni"), join(folder, "detector.poni"));
  await Deno.rename(join(folder, "scan.geom"), join(folder, "crystfel.geom"));
  const source = new SimulatedSource(2, { width: 96, height: 80, beam_x: 48, beam_y: 40 });
  for (const [index, name] of ["frames_1.cbf", "frames_2.cbf"].entries()) {
    const { bytes } = source.read(index);
    const pixels = Int32Array.from(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2));
    await Deno.writeFile(join(folder, name), cbf(pixels, 96));
  }
  source.close();
  await Deno.copyFile(join(folder, "frames_1.cbf"), join(folder, "frame.cbf"));
  const npy = "\x93NUMPY\x01\0\x76\0{'descr': '|u1', 'fortran_order': False, 'shape': (80, 96), }".padEnd(127) + "\n";
  await Deno.writeFile(join(folder, "mask.npy"), Buffer.concat([Buffer.from(npy, "latin1"), Buffer.alloc(80 * 96)]));
}

Deno.test("every example in the help is accepted", async () => {
  const found = [...await helps()].flatMap(([name, text]) => {
    const lines = examples(text);
    assert.ok(lines.length > 0, `${name} has no example`);
    return lines;
  });
  assert.ok(found.length >= 13);
  const loader = () => Promise.resolve(() => {});
  const idle = Object.fromEntries(
    Object.entries(await commands()).map(([name, command]) => [name, { ...command, loader }]),
  );
  for (const words of found) assert.equal(await printed(idle, words), "");
  // What an example must not be.
  await assert.rejects(printed(idle, ["sparsify", "-p", "detector.poni", "frames.cbf"]), UsageError);
});

Deno.test("every example on frames runs as it stands", () =>
  inFolder(async (folder) => {
    await prepare(folder);
    const inputs = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    for (const text of (await helps()).values()) {
      for (const words of examples(text)) {
        // Made at other sizes elsewhere.
        if (words[0] === "simulate" || words[0] === "demo") continue;
        // As a shell would.
        const expanded = words.flatMap((word) =>
          word.includes("*") ? inputs.filter((name) => name.startsWith(word.split("*")[0])) : [word]
        );
        for (const option of ["-o", "-l"]) {
          const at = expanded.indexOf(option);
          if (at >= 0) await Deno.remove(join(folder, expanded[at + 1])).catch(() => {});
        }
        if (words[0] === "densify") await Deno.remove(join(folder, "sparse_dense.h5")).catch(() => {});
        const geom = expanded.indexOf("--geom");
        if (geom >= 0) await Deno.remove(join(folder, expanded[geom + 1])).catch(() => {});
        const { code, error } = await braggsieve(expanded, folder);
        assert.equal(code, 0, `${words.join(" ")}: ${error}`);
      }
    }
  }));

Deno.test("every option with a value states its default, or must be given", async () => {
  for (const [name, { parameters }] of Object.entries(await commands())) {
    for (const [option, flag] of Object.entries(parameters.flags ?? {})) {
      // One that is not optional must be given, or its default is shown from what it says to Stricli.
      const stated = flag.kind === "boolean" || !flag.optional || /\(default: .+\)/.test(flag.brief);
      assert.ok(stated, `${name} --${option}: ${flag.brief}`);
    }
  }
});
