// Double-double arithmetic, operation by operation that of core-rs/core/src/reduce/pair.rs, so that it gives its bits.

/// An unevaluated sum of two doubles.
struct Pair {
  high: F64,
  low: F64,
}

/// ± w · 2^(exponent − 1023 − 127), w with bit 127 set, as the nearest double and what is left, rounded again.
fn pair_split(sign: u32, exponent: i32, w: vec4<u32>) -> Pair {
  let part = w.z & 0x7ffu;
  let below = (w.x | w.y) != 0u;
  let up = part > 0x400u || (part == 0x400u && (below || (w.z & 0x800u) != 0u));
  let high = f64_pack(sign, exponent, vec2<u32>(w.z | u32(below), w.w));
  var rest = vec4<u32>(w.x, w.y, part, 0u);
  if (up) { rest = sub128(vec4<u32>(0u, 0u, 0x800u, 0u), rest); }
  if (all(rest == vec4<u32>(0u))) { return Pair(high, F64_ZERO); }
  let n = leading128(rest);
  let m = shl128(rest, n);
  let fraction = vec2<u32>(m.z | u32((m.x | m.y) != 0u), m.w);
  return Pair(high, f64_pack(sign ^ select(0u, SIGN, up), exponent - i32(n), fraction));
}

/// The nearest pair of a 128-bit two's complement integer.
fn pair_from_i128(x: vec4<u32>) -> Pair {
  let sign = x.w & SIGN;
  var magnitude = x;
  if (sign != 0u) { magnitude = negate128(x); }
  if (all(magnitude == vec4<u32>(0u))) { return Pair(F64_ZERO, F64_ZERO); }
  let n = leading128(magnitude);
  return pair_split(sign, 1023 + 127 - i32(n), shl128(magnitude, n));
}

fn pair_value(a: Pair) -> F64 {
  return f64_add(a.high, a.low);
}

fn pair_renormalised(high: F64, low: F64) -> Pair {
  let sum = f64_add(high, low);
  return Pair(sum, f64_sub(low, f64_sub(sum, high)));
}

/// a·b and its rounding error, both exact: the core's splitting gives the same two doubles.
fn two_product(a: F64, b: F64) -> Pair {
  let sign = (a.y ^ b.y) & SIGN;
  if (f64_is_zero(a) || f64_is_zero(b)) { return Pair(F64(0u, sign), F64_ZERO); }
  let product = mul64(f64_fraction(a), f64_fraction(b));
  let n = 1u - (product.w >> 31u);
  return pair_split(sign, f64_exponent(a) + f64_exponent(b) - 1022 - i32(n), shl128(product, n));
}

fn pair_add(a: Pair, b: Pair) -> Pair {
  let sum = f64_add(a.high, b.high);
  let part = f64_sub(sum, a.high);
  let error = f64_add(f64_sub(a.high, f64_sub(sum, part)), f64_sub(b.high, part));
  return pair_renormalised(sum, f64_add(f64_add(error, a.low), b.low));
}

fn pair_mul(a: Pair, b: Pair) -> Pair {
  let product = two_product(a.high, b.high);
  let cross = f64_add(f64_mul(a.high, b.low), f64_mul(a.low, b.high));
  return pair_renormalised(product.high, f64_add(product.low, cross));
}

fn pair_div(a: Pair, b: Pair) -> Pair {
  let first = f64_div(a.high, b.high);
  let product = two_product(first, b.high);
  let rest = f64_sub(
    f64_add(f64_sub(f64_sub(a.high, product.high), product.low), a.low),
    f64_mul(first, b.low),
  );
  return pair_renormalised(first, f64_div(rest, b.high));
}
