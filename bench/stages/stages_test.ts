/** Stages are timed apart on every frame, and see what they are made for. */
import assert from "node:assert/strict";
import { DEFAULT_SETTINGS, type PlanInput } from "../../ts/engine/engine.ts";
import { wasmEngine } from "../../ts/engine/wasm.ts";
import { geometryFromBeamCentre } from "../../ts/geometry/beam.ts";
import { decode } from "./codec.ts";
import { densify } from "./densify.ts";
import { clip } from "./clip.ts";
import { correct } from "./correct.ts";
import { pick } from "./pick.ts";
import { frameForms, openWork, timeStages } from "./prepare.ts";

const shape = [40, 50] as const;
const INPUT: PlanInput = {
  geometry: geometryFromBeamCentre({ distance: 0.1, beamX: 25, beamY: 20, pixel1: 1e-4, pixel2: 1e-4, shape }),
  ...{ shape, type: "uint16", settings: { ...DEFAULT_SETTINGS, bins: 10 } },
};
/** Flat, with one spot. */
const FRAME = new Uint16Array(2000).map((_, at) => at === 1234 ? 1000 : 10 + at % 3);

Deno.test("each stage is run on each frame in turn, and its time is a mean", () => {
  const seen: string[] = [];
  const stage = (name: string) => ({ name, run: (_: unknown, frame: unknown) => void seen.push(`${name} ${frame}`) });
  const stages = [stage("a"), stage("b")] as unknown as Parameters<typeof timeStages>[0];
  const frames = [1, 2] as unknown as Parameters<typeof timeStages>[2];
  const times = timeStages(stages, {} as Parameters<typeof timeStages>[1], frames, 0);
  assert.deepEqual(seen, ["a 1", "b 1", "a 2", "b 2"]);
  assert.ok(times.a >= 0 && times.b >= 0);
});

Deno.test("frames have every form, with the sizes that the bytes are counted from", () => {
  const { forms: [form], sizes } = frameForms(INPUT, [FRAME]);
  assert.ok(form.sparse.index.includes(1234));
  assert.equal(sizes.frame, 4000);
  assert.equal(sizes.kept, 6 * form.sparse.index.length);
  assert.equal(decode.bytes(sizes), 4000 + form.chunk.length);
  assert.equal(densify.bytes(sizes), sizes.kept + 8 * 10 + 4 * 2000 + 4000);
});

Deno.test("a stage leaves what the next one takes", () => {
  const { forms: [form] } = frameForms(INPUT, [FRAME]);
  const work = openWork(wasmEngine, INPUT);
  try {
    correct.run(work, form, 1);
    clip.run(work, form, 1);
    assert.deepEqual((pick.run(work, form, 1) as { index: Uint32Array }).index, form.sparse.index);
    decode.run(work, form, 1);
    assert.deepEqual(work.coder.pixels(), FRAME);
    assert.equal((densify.run(work, form, 1) as Uint16Array)[1234], 1000);
  } finally {
    work.close();
  }
});
