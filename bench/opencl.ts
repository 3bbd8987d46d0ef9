/** pyFAI on OpenCL: on a graphics card, or on the processor by pocl, which the figures say by the device's name. */
import type { Bench } from "./bench.ts";
import type { Peer } from "./compare.ts";
import { Peers } from "./peers.ts";
import { pythonOutput } from "./python.ts";

/** pocl's platform calls itself the Portable Computing Language. */
const ON_PROCESSOR =
  "pyFAI's OpenCL is made for graphics cards; here pocl runs it on the processor (bench/gpu compares on a card)";

/** Rounds of what takes seconds a frame. */
const ROUNDS = 3;

/** The same benchmark on its first frames alone, in fewer rounds. */
export function fewer(bench: Bench, frames: number): Bench {
  const { input, effort } = bench;
  return {
    ...bench,
    input: { ...input, pixels: input.pixels.slice(0, frames), encoded: input.encoded.slice(0, frames) },
    effort: { ...effort, rounds: Math.min(ROUNDS, effort.rounds) },
  };
}

/** The commands of bench/peers/opencl.py as peers that name their device. */
export async function openClPeers(
  { input: { stack, dataset, poni, maskFile, pixels }, versions }: Bench,
): Promise<{ peer: (name: string, command: string) => Peer; notes: string[]; close: () => Promise<void> }> {
  const peers = await Peers.start("opencl.py", { stack, dataset, poni, mask: maskFile, frames: pixels.length });
  versions(peers.versions);
  return {
    peer: (name, command) => peers.peer(onOpenCl(name, peers.versions.OpenCL), "OpenCL", command),
    notes: /^Portable Computing Language/.test(peers.versions.OpenCL ?? "") ? [ON_PROCESSOR] : [],
    close: () => peers.close(),
  };
}

const DEVICE = `
from pyFAI.opencl import ocl
device = ocl.create_context("ALL").devices[0]
print(f"{device.platform.name.strip()}: {device.name.strip()}")`;

/** The device that pyFAI chooses, in words; undefined when there is none, or no pyFAI. */
export async function openClDevice(): Promise<string | undefined> {
  return await pythonOutput(["-c", DEVICE]).then((text) => text.trim().split("\n").at(-1), () => undefined);
}

/** The version of pocl, where that is what pyFAI chooses. */
export async function poclVersion(): Promise<Record<string, string>> {
  const script = "import pyopencl; print(pyopencl.get_platforms()[0].version)";
  const found = /PoCL (\S+)/.exec(await pythonOutput(["-c", script]).catch(() => ""));
  return found ? { pocl: found[1] } : {};
}

/** A peer's name with its device. */
export function onOpenCl(name: string, device: string | undefined): string {
  return device === undefined ? `${name} on OpenCL` : `${name} on OpenCL, ${device}`;
}
