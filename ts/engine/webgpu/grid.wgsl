// The background at a pixel's own radius, in doubles: core-rs/core/src/background.rs (RadialGrid) and pick.rs
// (Threshold). The including stage declares `background`.

/// Bin below and fraction towards the next.
struct Place {
  below: u32,
  fraction: F64,
}

fn locate(radius: u32) -> Place {
  var u = f64_mul(f64_sub(f64_from_f32(radius), facts.grid_first), facts.grid_per_width);
  u = f64_max(u, F64_ZERO);
  u = f64_min(u, facts.grid_last);
  let below = min(u32(f64_floor(u)), max(facts.bins, 2u) - 2u);
  return Place(below, f64_sub(u, f64_from_u32(below)));
}

/// Mean (x, y) and std (z, w) at a place of a frame.
fn background_at(frame: u32, place: Place) -> vec4<u32> {
  var values: array<F64, 2>;
  for (var i = 0u; i < 2u; i++) {
    let start = (2u * frame + i) * facts.bins;
    let low = f64_from_f32(background[start + place.below]);
    let high = f64_from_f32(background[start + min(place.below + 1u, facts.bins - 1u)]);
    values[i] = f64_add(low, f64_mul(place.fraction, f64_sub(high, low)));
  }
  return vec4<u32>(values[0], values[1]);
}

/// Corrected intensity above which a pixel stands out.
fn threshold(at: vec4<u32>, cutoff: F64) -> F64 {
  let variance = f64_add(f64_mul(at.zw, at.zw), f64_mul(facts.noise, facts.noise));
  return f64_add(at.xy, f64_mul(cutoff, f64_sqrt(variance)));
}

/// Mean and std at a radius in f32: as near as the guards of bounds.wgsl say.
fn quick_background(frame: u32, at: f32) -> vec2<f32> {
  let u = clamp(((at - facts.quick_first.x) - facts.quick_first.y) * facts.quick_per_width, 0.0, facts.quick_last);
  let below = min(u32(u), max(facts.bins, 2u) - 2u);
  let next = min(below + 1u, facts.bins - 1u);
  let fraction = u - f32(below);
  let start = 2u * frame * facts.bins;
  let low = vec2<f32>(
    bitcast<f32>(background[start + below]),
    bitcast<f32>(background[start + facts.bins + below]),
  );
  let high = vec2<f32>(
    bitcast<f32>(background[start + next]),
    bitcast<f32>(background[start + facts.bins + next]),
  );
  return mix(low, high, fraction);
}
