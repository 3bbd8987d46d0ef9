// Picking in raster order: which pixels lie above the two cut-offs (kept pixels, peak candidates), as bit maps.
// An f32 cut-off decides all pixels but those within its error, which are decided in doubles, as on the CPU.
// Reference: core-rs/core/src/pick.rs.

@group(0) @binding(0) var<uniform> facts: PlanFacts;
@group(0) @binding(1) var<storage, read> frames: array<u32>;
/// bin of each pixel, two 16-bit ones a word; 0xffff where masked
@group(0) @binding(2) var<storage, read> bin_of: array<u32>;
@group(0) @binding(3) var<storage, read> radius: array<u32>;
/// norms in raster order: fixed point, or f32 where fixed point holds none
@group(0) @binding(4) var<storage, read> weights: array<u32>;
@group(0) @binding(5) var<storage, read> background: array<u32>;
@group(0) @binding(6) var<storage, read> bounds: array<vec4<f32>>;
/// one bit a pixel
@group(0) @binding(7) var<storage, read_write> kept: array<u32>;
@group(0) @binding(8) var<storage, read_write> candidates: array<u32>;
/// kept pixels per block, and one place for their sum
@group(0) @binding(9) var<storage, read_write> kept_count: array<u32>;
@group(0) @binding(10) var<storage, read> dark: array<u32>;

const MASKED = 0xffffu;
/// Of a difference of f32, as part of its terms: 2⁻²².
const ROUNDING = 1.0 / 4194304.0;
var<workgroup> bits: array<array<atomic<u32>, 256>, 2>;
var<workgroup> total: atomic<u32>;

/// Whether a pixel lies above a cut-off, in doubles.
fn above(frame: u32, pixel: u32, s: i32, cutoff: F64) -> bool {
  var limit = threshold(background_at(frame, locate(radius[pixel])), cutoff);
  var signal = value_of(s);
  if (!EXACT) { signal = f64_sub(signal, f64_from_f32(select(0u, dark[pixel], DARK))); }
  if (NORM == 1u) { limit = f64_mul(limit, f64_mul(f64_from_u32(weights[pixel]), facts.unit)); }
  if (NORM == 2u) { limit = f64_mul(limit, f64_from_f32(weights[pixel])); }
  return f64_less(limit, signal);
}

@compute @workgroup_size(256)
fn pick(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let frame = group.y;
  let start = group.x * BLOCK;
  atomicStore(&bits[0][thread], 0u);
  atomicStore(&bits[1][thread], 0u);
  if (thread == 0u) { atomicStore(&total, 0u); }
  workgroupBarrier();
  for (var round = 0u; round < BLOCK / 512u; round++) {
    let local = 2u * (round * 256u + thread);
    if (start + local >= facts.pixels) { continue; }
    let pair_of_bins = bin_of[(start + local) >> 1u];
    for (var i = 0u; i < 2u; i++) {
      let pixel = start + local + i;
      let bin = (pair_of_bins >> (16u * i)) & 0xffffu;
      if (pixel >= facts.pixels || bin == MASKED) { continue; }
      let s = frame_pixel(frame, pixel);
      let near = bounds[frame * facts.bins + bin];
      var norm = 1.0;
      if (NORM == 1u) { norm = f32(weights[pixel]) * facts.quick_unit; }
      if (NORM == 2u) { norm = bitcast<f32>(weights[pixel]); }
      var signal = f32(s);
      if (PIXEL == 5u) { signal = bitcast<f32>(s); }
      var rounding = 0.0;
      if (!EXACT) {
        let offset = bitcast<f32>(select(0u, dark[pixel], DARK));
        rounding = ROUNDING * (abs(signal) + abs(offset));
        signal -= offset;
      }
      if (signal + rounding < min(near.x, near.z) * norm || !counts(s)) { continue; }
      let at = quick_background(frame, bitcast<f32>(radius[pixel]));
      let limits = at.x + facts.quick_cutoffs * sqrt(at.y * at.y + facts.quick_noise * facts.quick_noise);
      let guards = near.yw;
      let sure = vec2<f32>(signal - rounding) > (limits + guards) * norm;
      let maybe = vec2<f32>(signal + rounding) >= (limits - guards) * norm;
      for (var which = 0u; which < 2u; which++) {
        var is_above = sure[which];
        if (!is_above && maybe[which]) {
          var cutoff = facts.cutoff_pick;
          if (which == 1u) { cutoff = facts.cutoff_peak; }
          is_above = above(frame, pixel, s, cutoff);
        }
        if (is_above) { atomicOr(&bits[which][(local + i) >> 5u], 1u << ((local + i) & 31u)); }
      }
    }
  }
  workgroupBarrier();
  let word = (frame * facts.blocks + group.x) * 256u + thread;
  let mine = atomicLoad(&bits[0][thread]);
  kept[word] = mine;
  candidates[word] = atomicLoad(&bits[1][thread]);
  if (mine != 0u) { atomicAdd(&total, countOneBits(mine)); }
  workgroupBarrier();
  if (thread == 0u) { kept_count[frame * (facts.blocks + 1u) + group.x] = atomicLoad(&total); }
}
