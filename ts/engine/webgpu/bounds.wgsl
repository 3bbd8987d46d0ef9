// Bounds of the cut-offs over the pixels of each bin, which lie between the centres of its neighbours, in f32: nearly all
// pixels are decided by them. Reference: core-rs/core/src/pick.rs (Threshold::bounds).

@group(0) @binding(0) var<uniform> facts: PlanFacts;
@group(0) @binding(1) var<storage, read> background: array<u32>;
/// per frame and bin: below which no pixel is picked, how far an f32 cut-off may be wrong; the same of the peaks
@group(0) @binding(2) var<storage, read_write> bounds: array<vec4<f32>>;

/// Relative rounding of an f32 cut-off: 2⁻¹⁸ against ten operations of 2⁻²⁴ and a square root of a few.
const RELATIVE = 1.0 / 262144.0;
/// Error of an f32 place in bins, by which slopes are multiplied: 2⁻²¹ of its size against four roundings of 2⁻²⁴.
const PLACE = 1.0 / 2097152.0;

@compute @workgroup_size(64)
fn bound(@builtin(global_invocation_id) id: vec3<u32>) {
  let bin = id.x;
  let frame = id.y;
  let bins = facts.bins;
  if (bin >= bins) { return; }
  let noise = facts.quick_noise;
  var result: array<vec2<f32>, 2>;
  for (var which = 0u; which < 2u; which++) {
    let cutoff = facts.quick_cutoffs[which];
    var low_mean = 3e38;
    var top_mean = 0.0;
    var low_std = 3e38;
    var top_std = 0.0;
    var slope = 0.0;
    var last = vec2<f32>(0.0);
    let start = max(bin, 1u) - 1u;
    for (var b = start; b < min(bin + 2u, bins); b++) {
      let mean = bitcast<f32>(background[2u * frame * bins + b]);
      let deviation = bitcast<f32>(background[(2u * frame + 1u) * bins + b]);
      low_mean = min(low_mean, mean);
      top_mean = max(top_mean, abs(mean));
      low_std = min(low_std, deviation);
      top_std = max(top_std, deviation);
      if (b > start) { slope = max(slope, abs(mean - last.x) + abs(cutoff) * abs(deviation - last.y)); }
      last = vec2<f32>(mean, deviation);
    }
    let top_reach = abs(cutoff) * sqrt(top_std * top_std + noise * noise);
    let guard = RELATIVE * (top_mean + top_reach) + PLACE * f32(bins) * slope;
    var reach = -top_reach;
    if (cutoff >= 0.0) { reach = cutoff * sqrt(low_std * low_std + noise * noise); }
    result[which] = vec2<f32>(low_mean + reach - 2.0 * guard, guard);
  }
  bounds[frame * bins + bin] = vec4<f32>(result[0], result[1]);
}
