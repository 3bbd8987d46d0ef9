// IEEE double precision in 32-bit integers: every operation is rounded to nearest even, as the f64 of the Rust core is,
// so that all decisions of a bin fall as they do on the CPU, whatever a driver does to floats (it may fuse, reorder or
// flush them). Differences to IEEE, which no stage meets: results below 2⁻¹⁰²² become 0, there is no NaN, and infinity
// counts as 2¹⁰²⁴.

/// Low word, high word: a double as memory holds it.
alias F64 = vec2<u32>;

const F64_ZERO = F64(0u, 0u);
const F64_ONE = F64(0u, 0x3ff00000u);
const SIGN = 0x80000000u;

// --- 64- and 128-bit integers, low word first

fn mul_wide(a: u32, b: u32) -> vec2<u32> {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let ll = al * bl;
  let lh = al * bh;
  let hl = ah * bl;
  let middle = (ll >> 16u) + (lh & 0xffffu) + (hl & 0xffffu);
  return vec2<u32>((middle << 16u) | (ll & 0xffffu), ah * bh + (lh >> 16u) + (hl >> 16u) + (middle >> 16u));
}

fn add64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + u32(low < a.x));
}

fn sub64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return vec2<u32>(a.x - b.x, a.y - b.y - u32(a.x < b.x));
}

fn less64(a: vec2<u32>, b: vec2<u32>) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}

/// `n` from 0 to 63.
fn shl64(a: vec2<u32>, n: u32) -> vec2<u32> {
  if (n >= 32u) { return vec2<u32>(0u, a.x << (n - 32u)); }
  if (n == 0u) { return a; }
  return vec2<u32>(a.x << n, (a.y << n) | (a.x >> (32u - n)));
}

/// Shifted right by any `n`; the lowest bit tells whether a 1 fell out.
fn shr64_sticky(a: vec2<u32>, n: u32) -> vec2<u32> {
  if (n == 0u) { return a; }
  if (n >= 64u) { return vec2<u32>(u32((a.x | a.y) != 0u), 0u); }
  if (n >= 32u) {
    let m = n - 32u;
    let lost = a.x | select(a.y << (32u - m), 0u, m == 0u);
    return vec2<u32>((a.y >> m) | u32(lost != 0u), 0u);
  }
  let lost = a.x << (32u - n);
  return vec2<u32>((a.x >> n) | (a.y << (32u - n)) | u32(lost != 0u), a.y >> n);
}

fn leading64(a: vec2<u32>) -> u32 {
  return select(countLeadingZeros(a.y), 32u + countLeadingZeros(a.x), a.y == 0u);
}

fn add128(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
  let low = add64(a.xy, b.xy);
  let high = add64(a.zw, b.zw);
  return vec4<u32>(low, add64(high, vec2<u32>(u32(less64(low, a.xy)), 0u)));
}

fn negate128(a: vec4<u32>) -> vec4<u32> {
  return add128(~a, vec4<u32>(1u, 0u, 0u, 0u));
}

fn sub128(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
  return add128(a, negate128(b));
}

/// `n` from 0 to 127.
fn shl128(a: vec4<u32>, n: u32) -> vec4<u32> {
  var v = a;
  if ((n & 64u) != 0u) { v = vec4<u32>(0u, 0u, v.x, v.y); }
  if ((n & 32u) != 0u) { v = vec4<u32>(0u, v.x, v.y, v.z); }
  let m = n & 31u;
  if (m == 0u) { return v; }
  return (v << vec4<u32>(m)) | (vec4<u32>(0u, v.x, v.y, v.z) >> vec4<u32>(32u - m));
}

fn leading128(a: vec4<u32>) -> u32 {
  return select(leading64(a.zw), 64u + leading64(a.xy), (a.z | a.w) == 0u);
}

fn mul64(a: vec2<u32>, b: vec2<u32>) -> vec4<u32> {
  let ll = mul_wide(a.x, b.x);
  let lh = mul_wide(a.x, b.y);
  let hl = mul_wide(a.y, b.x);
  let hh = mul_wide(a.y, b.y);
  let middle = add64(lh, vec2<u32>(ll.y, 0u)); // at most 2⁶⁴ − 2³²
  let carried = add64(hl, vec2<u32>(middle.x, 0u));
  return vec4<u32>(ll.x, carried.x, add64(hh, add64(vec2<u32>(middle.y, 0u), vec2<u32>(carried.y, 0u))));
}

// --- doubles

/// The fraction with its leading 1 at bit 63.
fn f64_fraction(x: F64) -> vec2<u32> {
  return vec2<u32>(x.x << 11u, SIGN | (x.y << 11u) | (x.x >> 21u));
}

fn f64_exponent(x: F64) -> i32 {
  return i32((x.y >> 20u) & 0x7ffu);
}

/// The double nearest to ± m · 2^(exponent − 1023 − 63), m with bit 63 set or 0; bit 0 may be sticky.
fn f64_pack(sign: u32, exponent: i32, m: vec2<u32>) -> F64 {
  if (m.y == 0u || exponent <= 0) { return F64(0u, sign); }
  let rest = m.x & 0x7ffu;
  let low = (m.x >> 11u) | (m.y << 21u);
  let up = rest > 0x400u || (rest == 0x400u && (low & 1u) != 0u);
  let rounded = add64(vec2<u32>(low, m.y >> 11u), vec2<u32>(u32(up), 0u));
  if (exponent >= 2047) { return F64(0u, sign | 0x7ff00000u); }
  return F64(rounded.x, sign | ((u32(exponent - 1) << 20u) + rounded.y));
}

/// ± m · 2^(exponent − 1023 − 63) for any m.
fn f64_normalised(sign: u32, exponent: i32, m: vec2<u32>) -> F64 {
  if ((m.x | m.y) == 0u) { return F64(0u, sign); }
  let n = leading64(m);
  return f64_pack(sign, exponent - i32(n), shl64(m, n));
}

fn f64_negate(x: F64) -> F64 {
  return F64(x.x, x.y ^ SIGN);
}

fn f64_abs(x: F64) -> F64 {
  return F64(x.x, x.y & ~SIGN);
}

fn f64_is_zero(x: F64) -> bool {
  return (x.y & 0x7ff00000u) == 0u;
}

fn f64_add(x: F64, y: F64) -> F64 {
  var a = x;
  var b = y;
  if (less64(f64_abs(a), f64_abs(b))) {
    a = y;
    b = x;
  }
  if (f64_is_zero(b)) {
    if (f64_is_zero(a)) { return F64(0u, a.y & b.y & SIGN); }
    return a;
  }
  let exponent = f64_exponent(a);
  // Leading 1 at bit 62: room for the carry above, ten bits for the rounding below.
  let m = shr64_sticky(f64_fraction(a), 1u);
  let n = shr64_sticky(f64_fraction(b), 1u + u32(exponent - f64_exponent(b)));
  if (((a.y ^ b.y) & SIGN) == 0u) { return f64_normalised(a.y & SIGN, exponent + 1, add64(m, n)); }
  let difference = sub64(m, n);
  if ((difference.x | difference.y) == 0u) { return F64_ZERO; }
  return f64_normalised(a.y & SIGN, exponent + 1, difference);
}

fn f64_sub(x: F64, y: F64) -> F64 {
  return f64_add(x, f64_negate(y));
}

fn f64_mul(x: F64, y: F64) -> F64 {
  let sign = (x.y ^ y.y) & SIGN;
  if (f64_is_zero(x) || f64_is_zero(y)) { return F64(0u, sign); }
  let product = mul64(f64_fraction(x), f64_fraction(y));
  let exponent = f64_exponent(x) + f64_exponent(y) - 1022;
  let m = vec2<u32>(product.z | u32((product.x | product.y) != 0u), product.w);
  // Bit 127 or 126 leads; the eleven bits below the fraction are exact but for the sticky one.
  return f64_normalised(sign, exponent, m);
}

/// Digits of eleven bits, each guessed in f32 and put right in integers: the guess is off by one at most.
fn f64_div(x: F64, y: F64) -> F64 {
  let sign = (x.y ^ y.y) & SIGN;
  if (f64_is_zero(x)) { return F64(0u, sign); }
  if (f64_is_zero(y)) { return F64(0u, sign | 0x7ff00000u); }
  let d = vec2<u32>(y.x, (y.y & 0xfffffu) | 0x100000u);
  var rest = vec2<u32>(x.x, (x.y & 0xfffffu) | 0x100000u);
  var quotient = vec2<u32>(0u, 0u);
  if (!less64(rest, d)) {
    rest = sub64(rest, d);
    quotient.x = 1u;
  }
  // d / 2²¹ has its leading 1 at bit 31.
  let inverse = 1.0 / f32((d.y << 11u) | (d.x >> 21u));
  for (var i = 0; i < 5; i++) {
    rest = shl64(rest, 11u);
    var digit = u32(f32(rest.y) * inverse * 2048.0);
    rest = sub64(rest, vec2<u32>(0u, d.y * digit) + mul_wide(d.x, digit));
    if ((rest.y & SIGN) != 0u) {
      rest = add64(rest, d);
      digit -= 1u;
    } else if (!less64(rest, d)) {
      rest = sub64(rest, d);
      digit += 1u;
    }
    quotient = add64(shl64(quotient, 11u), vec2<u32>(digit, 0u));
  }
  // 55 or 56 bits of quotient, the last digit's unit 2⁻⁵⁵.
  let m = shl64(quotient, 8u) | vec2<u32>(u32((rest.x | rest.y) != 0u), 0u);
  return f64_normalised(sign, f64_exponent(x) - f64_exponent(y) + 1023, m);
}

/// 0 for what is not positive. One bit of the root a round.
fn f64_sqrt(x: F64) -> F64 {
  if ((x.y & SIGN) != 0u || f64_is_zero(x)) { return F64_ZERO; }
  let exponent = f64_exponent(x) - 1023;
  // The radicand's leading pair of bits, then 52 or 53 more from bit 63 down.
  let odd = (exponent & 1) != 0;
  let fraction = f64_fraction(x);
  var digits = select(shl64(fraction, 1u), shl64(fraction, 2u), odd);
  var rest = vec2<u32>(select(0u, 1u + ((fraction.y >> 30u) & 1u), odd), 0u);
  var root = vec2<u32>(1u, 0u);
  for (var i = 0; i < 55; i++) {
    rest = shl64(rest, 2u);
    rest.x |= digits.y >> 30u;
    digits = shl64(digits, 2u);
    var trial = shl64(root, 2u);
    trial.x |= 1u;
    root = shl64(root, 1u);
    if (!less64(rest, trial)) {
      rest = sub64(rest, trial);
      root.x |= 1u;
    }
  }
  // 56 bits of root, and whether anything is left.
  let m = shl64(root, 8u) | vec2<u32>(u32((rest.x | rest.y) != 0u), 0u);
  return f64_pack(0u, (exponent >> 1u) + 1023, m);
}

fn f64_less(x: F64, y: F64) -> bool {
  if (f64_is_zero(x) && f64_is_zero(y)) { return false; }
  let negative = (x.y & SIGN) != 0u;
  if (negative != ((y.y & SIGN) != 0u)) { return negative; }
  return select(less64(x, y), less64(y, x), negative);
}

fn f64_max(x: F64, y: F64) -> F64 {
  if (f64_less(x, y)) { return y; }
  return x;
}

fn f64_min(x: F64, y: F64) -> F64 {
  if (f64_less(y, x)) { return y; }
  return x;
}

fn f64_from_u64(x: vec2<u32>) -> F64 {
  return f64_normalised(0u, 1023 + 63, x);
}

fn f64_from_u32(x: u32) -> F64 {
  return f64_from_u64(vec2<u32>(x, 0u));
}

fn f64_from_i32(x: i32) -> F64 {
  return f64_normalised(u32(x) & SIGN, 1023 + 63, vec2<u32>(select(u32(x), 0u - u32(x), x < 0), 0u));
}

/// Of the bits of an f32 that is finite.
fn f64_from_f32(bits: u32) -> F64 {
  let exponent = i32((bits >> 23u) & 0xffu);
  let fraction = (bits & 0x7fffffu) | select(0u, 0x800000u, exponent > 0);
  // Bit 23 stands for 2^(exponent − 127), and so does bit 63 after normalising 40 places further up.
  return f64_normalised(bits & SIGN, max(exponent, 1) - 127 + 1023 + 40, vec2<u32>(fraction, 0u));
}

/// Bits of the nearest f32.
fn f64_to_f32(x: F64) -> u32 {
  let sign = x.y & SIGN;
  let exponent = f64_exponent(x) - 1023 + 127;
  if (f64_is_zero(x) || exponent < -24) { return sign; }
  // Leading 1 at bit 63; 24 bits stay, fewer below 2⁻¹²⁶.
  let m = shr64_sticky(f64_fraction(x), 39u + u32(max(0, 1 - exponent)));
  // Two bits below the last one: half and sticky. shr64_sticky has put both into the lowest two.
  let kept = m.x >> 1u;
  let lost = shr64_lost(f64_fraction(x), 40u + u32(max(0, 1 - exponent)));
  let up = lost > 2u || (lost == 2u && (kept & 1u) != 0u);
  let value = kept + u32(up);
  if (exponent >= 255) { return sign | 0x7f800000u; }
  return sign | select(value, (u32(exponent - 1) << 23u) + value, exponent > 0);
}

/// What shifting right by `n` (40 to 65) loses: 0 nothing, 1 less than half a unit, 2 half, 3 more.
fn shr64_lost(a: vec2<u32>, n: u32) -> u32 {
  let half = shr64_sticky(a, n - 2u); // bit 1: half; bit 0: sticky or a bit of its own
  return (half.x & 2u) | u32((half.x & 1u) != 0u);
}

/// Largest integer that is not larger; as near as i32 comes.
fn f64_floor(x: F64) -> i32 {
  let negative = (x.y & SIGN) != 0u;
  let exponent = f64_exponent(x) - 1023;
  if (f64_is_zero(x)) { return 0; }
  if (exponent < 0) { return select(0, -1, negative); }
  if (exponent >= 31) { return select(0x7fffffff, i32(SIGN), negative); }
  let m = f64_fraction(x);
  let whole = i32(m.y >> u32(31 - exponent));
  let rest = (m.y << u32(exponent + 1)) | m.x;
  return select(whole, -whole - i32(rest != 0u), negative);
}

/// Smallest integer that is not smaller; as near as i32 comes.
fn f64_ceil(x: F64) -> i32 {
  if (f64_exponent(x) >= 1023 + 31) { return select(0x7fffffff, i32(SIGN), (x.y & SIGN) != 0u); }
  return -f64_floor(f64_negate(x));
}
