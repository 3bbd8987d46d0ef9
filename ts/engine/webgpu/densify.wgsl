// Frames rebuilt without noise: the background at every pixel's place times its norm, rounded to the pixel type; masked
// pixels the dummy; kept pixels put back. In doubles, as on the CPU.
// Reference: core-rs/core/src/densify/places.rs, smooth.rs, pixel.rs (`nearest`), pixels.rs (`restore`).

struct DensifyFacts {
  pixels: u32,
  bins: u32,
  /// of a place: those below the bin
  bits: u32,
  /// bits of the dummy in the pixel type
  dummy: u32,
  /// radius of the first bin's centre, bins per unit of radius, last centre in bins from the first, steps of a bin
  first: F64,
  per_width: F64,
  last: F64,
  steps: F64,
}

@group(0) @binding(0) var<uniform> facts: DensifyFacts;
/// f32, NaN where masked
@group(0) @binding(1) var<storage, read> radius: array<u32>;
/// f32 where there are any
@group(0) @binding(2) var<storage, read> norms: array<u32>;
@group(0) @binding(3) var<storage, read_write> places: array<u32>;
/// per bin: value on its centre, and its change with a step
@group(0) @binding(4) var<storage, read> lines: array<vec4<u32>>;
/// kept pixels, and their values, packed
@group(0) @binding(5) var<storage, read> index: array<u32>;
@group(0) @binding(6) var<storage, read> intensity: array<u32>;
@group(0) @binding(7) var<storage, read_write> frame: array<atomic<u32>>;
/// how many pixels are kept; 1 where something is met that this stage is not made for
@group(0) @binding(8) var<storage, read_write> state: array<atomic<u32>, 2>;

fn is_finite(bits: u32) -> bool {
  return (bits & 0x7f800000u) != 0x7f800000u;
}

/// Whole part of a double that is not negative and below 2³², and whether the rest is a half or more.
fn whole_and_half(x: F64) -> vec2<u32> {
  let exponent = f64_exponent(x) - 1023;
  if (exponent < -1 || f64_is_zero(x)) { return vec2<u32>(0u, 0u); }
  if (exponent > 31) { return vec2<u32>(0xffffffffu, 0u); }
  let m = f64_fraction(x);
  if (exponent == -1) { return vec2<u32>(0u, 1u); }
  if (exponent == 31) { return vec2<u32>(m.y, m.x >> 31u); }
  return vec2<u32>(m.y >> u32(31 - exponent), (m.y >> u32(30 - exponent)) & 1u);
}

/// The place of each pixel, once a file.
@compute @workgroup_size(256)
fn find_places(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let pixel = thread_of(group, groups, local);
  if (pixel >= facts.pixels) { return; }
  let bits = radius[pixel];
  if (!is_finite(bits)) {
    // Infinities, which no plan makes, are left to the core.
    if ((bits & 0x7fffffu) == 0u) { atomicStore(&state[1], 1u); }
    places[pixel] = MASKED;
    return;
  }
  if (NORM == 2u && !is_finite(norms[pixel])) { atomicStore(&state[1], 1u); }
  var u = f64_mul(f64_sub(f64_from_f32(bits), facts.first), facts.per_width);
  u = f64_min(f64_max(u, F64_ZERO), facts.last);
  places[pixel] = whole_and_half(f64_add(f64_mul(u, facts.steps), F64(0u, 0x3fe00000u))).x;
}

/// The nearest value of the type, halves away from zero, and never the dummy of an unsigned type: its bits.
fn nearest(value: F64) -> u32 {
  if (FLOAT) { return f64_to_f32(value); }
  let negative = (value.y & SIGN) != 0u;
  if (negative && !SIGNED) { return 0u; }
  let parts = whole_and_half(f64_abs(value));
  if (negative) {
    // The least value is one further from zero than the largest.
    let size = select(parts.x + parts.y, 0xffffffffu, parts.x == 0xffffffffu);
    return 0u - min(size, LARGEST + 1u);
  }
  return min(select(parts.x + parts.y, 0xffffffffu, parts.x == 0xffffffffu), LARGEST);
}

fn smooth_pixel(pixel: u32) -> u32 {
  let place = places[pixel];
  if (place == MASKED) { return facts.dummy; }
  let line = lines[place >> facts.bits];
  let steps = place & ((1u << facts.bits) - 1u);
  var value = f64_add(line.xy, f64_mul(f64_from_u32(steps), line.zw));
  if (NORM == 2u) { value = f64_mul(value, f64_from_f32(norms[pixel])); }
  return nearest(value);
}

/// All pixels of a word of the frame.
@compute @workgroup_size(256)
fn fill_smooth(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let word = thread_of(group, groups, local);
  if (word * PER_WORD >= facts.pixels) { return; }
  var value = 0u;
  for (var i = 0u; i < PER_WORD; i++) {
    let pixel = word * PER_WORD + i;
    if (pixel < facts.pixels) { value |= (smooth_pixel(pixel) & VALUE_BITS) << (8u * BYTES * i); }
  }
  atomicStore(&frame[word], value);
}

/// Puts the kept pixels back. Those of a word are different ones, so their order does not matter.
@compute @workgroup_size(256)
fn restore(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let at = thread_of(group, groups, local);
  let count = atomicLoad(&state[0]);
  if (at >= count) { return; }
  let pixel = index[at];
  // Lists out of order, or beyond the frame, are left to the core.
  if (pixel >= facts.pixels || (at + 1u < count && index[at + 1u] <= pixel)) {
    atomicStore(&state[1], 1u);
    return;
  }
  let shift = 8u * BYTES * (pixel % PER_WORD);
  let value = (intensity[at / PER_WORD] >> (8u * BYTES * (at % PER_WORD))) & VALUE_BITS;
  atomicAnd(&frame[pixel / PER_WORD], ~(VALUE_BITS << shift));
  atomicOr(&frame[pixel / PER_WORD], value << shift);
}
