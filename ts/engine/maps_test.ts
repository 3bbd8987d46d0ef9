import assert from "node:assert/strict";
import { countChanged } from "./count_changed.ts";
import { allBelow, countMasked, nanMask, narrowed, nonzeroMask, rises, unitedMask } from "./maps.ts";
import "./wasm_packing.ts";

Deno.test("images of every type give one mask; views keep their place in their buffer", () => {
  const values = [9, 0, 1, 0, 5];
  for (const make of [Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array]) {
    assert.deepEqual([...nonzeroMask(make.from(values).subarray(1))], [0, 1, 0, 1], make.name);
  }
  for (const make of [BigInt64Array, BigUint64Array]) {
    assert.deepEqual([...nonzeroMask(make.of(9n, 0n, 1n, 0n, 5n).subarray(1))], [0, 1, 0, 1], make.name);
  }
  for (const make of [Float32Array, Float64Array]) {
    assert.deepEqual([...nonzeroMask(make.of(NaN, -0, 1e-30, 0, -3).subarray(1))], [0, 1, 0, 1], make.name);
    assert.deepEqual([...nonzeroMask(make.of(NaN))], [1], make.name);
  }
  assert.deepEqual([...nanMask(Float32Array.of(1, NaN, Infinity).subarray(1))], [1, 0]);
});

Deno.test("masks unite bit by bit and are counted; masks of two detectors are refused", () => {
  const a = Uint8Array.of(0, 1, 0, 2);
  const union = unitedMask(a, Uint8Array.of(0, 0, 4, 1));
  assert.deepEqual([...union], [0, 1, 4, 3]);
  assert.deepEqual([...a], [0, 1, 0, 2]);
  assert.equal(countMasked(union), 3);
  assert.throws(() => unitedMask(a, new Uint8Array(3)), /masks of 4 and 3 pixels/);
});

Deno.test("large masks unite to the last pixel", () => {
  const [a, b] = [3, 5].map((step) => Uint8Array.from({ length: 600_001 }, (_, p) => p % step === 0 ? step : 0));
  const united = unitedMask(a, b);
  assert.ok(united.every((bits, p) => bits === (a[p] | b[p])));
  assert.ok(!united.every((bits, p) => bits === (a[p] | b[Math.max(0, p - 1)])), "the comparison sees one place");
});

Deno.test("lists from files are checked", () => {
  assert.ok(allBelow(Uint32Array.of(3, 9), 10));
  assert.ok(!allBelow(Uint32Array.of(3, 10), 10));
  assert.ok(rises(Float64Array.of(0, 3, 3)));
  assert.ok(!rises(Float64Array.of(0, 3, 2)));
  assert.deepEqual(narrowed(BigInt64Array.of(7n, 2n ** 32n - 1n)), Uint32Array.of(7, 2 ** 32 - 1));
  assert.equal(narrowed(BigInt64Array.of(-1n)), undefined);
  assert.equal(narrowed(BigUint64Array.of(2n ** 32n)), undefined);
});

Deno.test("a single changed value is seen", () => {
  const frame = Uint16Array.of(10, 11, 12, 13);
  assert.equal(countChanged(frame, Uint32Array.of(1, 3), Uint16Array.of(11, 13)), 0);
  assert.equal(countChanged(frame, Uint32Array.of(1, 3), Uint16Array.of(11, 12)), 1);
  assert.throws(() => countChanged(frame, Uint32Array.of(4), Uint16Array.of(1)), /do not fit/);
});
