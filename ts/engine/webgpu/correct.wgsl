// One pixel of a frame as the stages see it. Reference: core-rs/core/src/correct.rs and validity.rs.
// PIXEL: 0 uint8, 1 uint16, 2 uint32, 3 int16, 4 int32, 5 float32. The including stage declares `frames`.

/// The pixel of a frame, as i32; unsigned values beyond i32 are −1. Bits for float32.
fn frame_pixel(frame: u32, pixel: u32) -> i32 {
  let start = frame * facts.stride;
  if (PIXEL == 0u) {
    return i32((frames[start + (pixel >> 2u)] >> ((pixel & 3u) * 8u)) & 0xffu);
  } else if (PIXEL == 1u) {
    return i32((frames[start + (pixel >> 1u)] >> ((pixel & 1u) * 16u)) & 0xffffu);
  } else if (PIXEL == 3u) {
    return i32(frames[start + (pixel >> 1u)] << (16u - (pixel & 1u) * 16u)) >> 16u;
  } else if (PIXEL == 2u) {
    return max(i32(frames[start + pixel]), -1);
  }
  return i32(frames[start + pixel]);
}

/// The value of what `frame_pixel` gave.
fn value_of(s: i32) -> F64 {
  if (PIXEL == 5u) { return f64_from_f32(u32(s)); }
  return f64_from_i32(s);
}

/// Whether it counts. Values that are not finite never do.
fn counts(s: i32) -> bool {
  if (PIXEL != 5u) {
    return s >= facts.low && s <= facts.high && !(s >= facts.gap_low && s <= facts.gap_high);
  }
  if ((u32(s) & 0x7f800000u) == 0x7f800000u) { return false; }
  let value = value_of(s);
  if (f64_less(value, facts.float_low) || f64_less(facts.float_high, value)) { return false; }
  return f64_less(facts.float_delta, f64_abs(f64_sub(value, facts.float_dummy)));
}
