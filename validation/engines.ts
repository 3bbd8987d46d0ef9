/** The engines of this machine, by name; those that are not there become skips. */
import { messageOf } from "../ts/errors.ts";
import type { Engine, Profile } from "../ts/engine/engine.ts";
import { findNative } from "../ts/engine/native.ts";
import { wasmEngine } from "../ts/engine/wasm.ts";
import type { Context, Skip } from "./section.ts";

/** Uses every engine that is wanted and there, one after the other. `checks`: how the names of their checks start. */
export async function withEngines(
  checks: string,
  wanted: Context["engines"],
  use: (engine: Engine) => void | Promise<void>,
): Promise<Skip[]> {
  const skipped: Skip[] = [];
  const skip = (name: string, reason: string) =>
    skipped.push({ what: `engine ${name}`, reason, checks: checks + name });
  const want = (name: string) => {
    const given = wanted?.includes(name) ?? true;
    if (!given) skip(name, "this run leaves it out");
    return given;
  };
  if (want("wasm")) await use(wasmEngine);
  if (want("native")) {
    const native = findNative();
    if (native.engine) await use(native.engine);
    else skip("native", native.reason);
  }
  if (!want("webgpu")) return skipped;
  let webgpu;
  try {
    webgpu = await (await import("../ts/engine/webgpu/engine.ts")).openWebGpu();
  } catch (error) {
    skip("webgpu", messageOf(error));
  }
  if (webgpu) {
    try {
      await use(webgpu);
    } finally {
      webgpu.device.close();
    }
  }
  return skipped;
}

/** A profile as it is, or with one of its numbers changed by `part` of itself where a test asks for it. */
export function perturbed(
  profile: Profile,
  { perturb }: Context,
  engine: string,
  bin: number,
  part: number,
): Profile {
  if (perturb !== `profile ${engine}`) return profile;
  const std = profile.std.slice();
  std[bin] *= 1 + part;
  return { ...profile, std };
}
