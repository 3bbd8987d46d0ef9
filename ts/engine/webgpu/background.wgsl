// The background of a frame without gaps, as f32, and bounds of the cut-offs near each bin.
// Reference: core-rs/core/src/background.rs (Background::update) and pick.rs (Threshold::bounds).

@group(0) @binding(0) var<uniform> facts: PlanFacts;
@group(0) @binding(1) var<storage, read> profile: array<u32>;
/// per frame: mean of all bins, std of all bins (f32)
@group(0) @binding(2) var<storage, read_write> background: array<u32>;

fn profile_value(frame: u32, column: u32, bin: u32) -> F64 {
  let at = frame * facts.bins * PROFILE_WORDS + 2u * (column * facts.bins + bin);
  return F64(profile[at], profile[at + 1u]);
}

fn filled(frame: u32, bin: u32) -> bool {
  return profile[frame * facts.bins * PROFILE_WORDS + 8u * facts.bins + bin] != 0u;
}

/// One thread a bin: empty bins take the line between their neighbours that are not.
@compute @workgroup_size(64)
fn fill(@builtin(global_invocation_id) id: vec3<u32>) {
  let bin = id.x;
  let frame = id.y;
  let bins = facts.bins;
  if (bin >= bins) { return; }
  var before = bin;
  var after = bin;
  while (before > 0u && !filled(frame, before)) { before -= 1u; }
  while (after + 1u < bins && !filled(frame, after)) { after += 1u; }
  let has_before = filled(frame, before);
  let has_after = filled(frame, after);
  for (var column = 0u; column < 2u; column++) {
    var value = 0u;
    if (before == after) {
      if (has_before) { value = profile[frame * bins * PROFILE_WORDS + (6u + column) * bins + bin]; }
    } else if (has_before && has_after) {
      let low = profile_value(frame, column, before);
      let high = profile_value(frame, column, after);
      let t = f64_div(f64_from_u32(bin - before), f64_from_u32(after - before));
      value = f64_to_f32(f64_add(low, f64_mul(t, f64_sub(high, low))));
    } else if (has_before || has_after) {
      value = f64_to_f32(profile_value(frame, column, select(after, before, has_before)));
    }
    background[(2u * frame + column) * bins + bin] = value;
  }
}
