/** The program that computes (`core-rs/validation`), built with cargo and run one study a call. */
import { fileURLToPath } from "node:url";
import { Absent } from "./section.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const target = `${root}core-rs/target`;

/** Runs one study of the program and gives what it printed. */
export type Numbers = <T>(study: string, ...words: string[]) => Promise<T>;

/** Builds the program when it is first asked for something. Throws Absent where there is no cargo. */
export function numbers(): Numbers {
  let built: Promise<void> | undefined;
  return async <T>(study: string, ...words: string[]) => {
    await (built ??= build());
    const { success, stdout, stderr } = await new Deno.Command(`${target}/release/braggsieve-validation`, {
      args: [study, ...words],
      stdin: "null",
    }).output();
    if (!success) throw new Error(`${study}: ${new TextDecoder().decode(stderr).trim()}`);
    return JSON.parse(new TextDecoder().decode(stdout)) as T;
  };
}

async function build(): Promise<void> {
  const place = ["--manifest-path", `${root}core-rs/Cargo.toml`, "--target-dir", target];
  const args = ["build", "--release", "--quiet", "--locked", ...place, "-p", "braggsieve-validation"];
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("cargo", { args, stdin: "null" }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Absent("cargo", "the numbers are computed by a Rust program");
    throw error;
  }
  if (!(await child.status).success) throw new Error("cargo could not build core-rs/validation");
}
