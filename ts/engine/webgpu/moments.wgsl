// Mean, std and sem of every bin from its final sums, in doubles, one thread a bin: all threads of a workgroup compute,
// where a workgroup of the clip stage would wait for one. Reference: core-rs/core/src/reduce.rs (Sums::moments).

@group(0) @binding(0) var<uniform> facts: PlanFacts;
@group(0) @binding(1) var<storage, read> bin_sums: array<u32>;
@group(0) @binding(2) var<storage, read_write> profile: array<u32>;

@compute @workgroup_size(32)
fn moments_of_bins(@builtin(global_invocation_id) id: vec3<u32>) {
  let bin = id.x;
  let frame = id.y;
  let bins = facts.bins;
  if (bin >= bins) { return; }
  let sums = get_sums(frame, bin);
  let vv = spread(sums, facts.result_model);
  let now = moments(sums, vv);
  var sem = F64_ZERO;
  if (any(sums.weight != vec2<u32>(0u))) { sem = f64_div(f64_sqrt(vv), omega(sums)); }
  let base = frame * bins * PROFILE_WORDS;
  profile[base + 2u * bin] = now.mean.x;
  profile[base + 2u * bin + 1u] = now.mean.y;
  profile[base + 2u * (bins + bin)] = now.deviation.x;
  profile[base + 2u * (bins + bin) + 1u] = now.deviation.y;
  profile[base + 2u * (2u * bins + bin)] = sem.x;
  profile[base + 2u * (2u * bins + bin) + 1u] = sem.y;
  profile[base + 6u * bins + bin] = f64_to_f32(now.mean);
  profile[base + 7u * bins + bin] = f64_to_f32(now.deviation);
  profile[base + 8u * bins + bin] = sums.count;
  profile[base + 9u * bins + bin] = bin_sums[(frame * bins + bin) * SUMS_WORDS + 1u];
}
