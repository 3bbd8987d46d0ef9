// Exact sums over the pixels of a bin, and mean, std and sem from them: core-rs/core/src/reduce.rs in 32-bit words.
//
// A workgroup adds its threads' sums as 16-bit limbs: 256 limbs of 16 bits never overflow 32, and integers may be added
// in any order, so that the result does not depend on the run.

/// Two's complement where signed.
struct Sums {
  count: u32,
  signal: vec2<u32>,
  signal2: vec4<u32>,
  cross: vec4<u32>,
  weight: vec2<u32>,
  weight2: vec4<u32>,
  variance: vec2<u32>,
}

fn signed64(s: i32) -> vec2<u32> {
  return vec2<u32>(u32(s), u32(s >> 31u));
}

/// Adds one pixel; its weight's own sums only where `whole`.
fn sums_add(sums: ptr<function, Sums>, s: i32, w: u32, whole: bool) {
  let magnitude = u32(abs(s));
  (*sums).count += 1u;
  (*sums).signal = add64((*sums).signal, signed64(s));
  (*sums).variance = add64((*sums).variance, signed64(max(s, 1)));
  if (NARROW) {
    let low = add64((*sums).signal2.xy, vec2<u32>(magnitude * magnitude, 0u));
    (*sums).signal2 = vec4<u32>(low, 0u, 0u);
  } else {
    (*sums).signal2 = add128((*sums).signal2, vec4<u32>(mul_wide(magnitude, magnitude), 0u, 0u));
  }
  if (NORM == 1u) {
    var product = vec4<u32>(mul_wide(magnitude, w), 0u, 0u);
    if (s < 0) { product = negate128(product); }
    (*sums).cross = add128((*sums).cross, product);
    if (whole) {
      (*sums).weight = add64((*sums).weight, vec2<u32>(w, 0u));
      (*sums).weight2 = add128((*sums).weight2, vec4<u32>(mul_wide(w, w), 0u, 0u));
    }
  }
}

fn sums_subtract(a: Sums, b: Sums) -> Sums {
  return Sums(
    a.count - b.count,
    sub64(a.signal, b.signal),
    sub128(a.signal2, b.signal2),
    sub128(a.cross, b.cross),
    sub64(a.weight, b.weight),
    sub128(a.weight2, b.weight2),
    sub64(a.variance, b.variance),
  );
}

/// Sums without weights hold what the weights 1 give.
fn sums_unweighted(sums: Sums) -> Sums {
  var all = sums;
  all.cross = vec4<u32>(sums.signal, vec2<u32>(u32(i32(sums.signal.y) >> 31u)));
  all.weight = vec2<u32>(sums.count, 0u);
  all.weight2 = vec4<u32>(sums.count, 0u, 0u, 0u);
  return all;
}

// --- sums over a workgroup

const LANES = 33u; // 32 and one, so that neighbouring limbs lie in different banks
const LIMBS = 32u;
var<workgroup> limbs: array<atomic<u32>, LIMBS * LANES>;
var<workgroup> totals: array<u32, LIMBS>;

fn limbs_add(word: u32, lane: u32, value: u32) {
  let at = word * 2u * LANES + lane;
  if ((value & 0xffffu) != 0u) { atomicAdd(&limbs[at], value & 0xffffu); }
  if ((value >> 16u) != 0u) { atomicAdd(&limbs[at + LANES], value >> 16u); }
}

/// Adds one thread's sums to the workgroup's.
fn share(sums: Sums, thread: u32) {
  let lane = thread & 31u;
  limbs_add(0u, lane, sums.count);
  limbs_add(1u, lane, sums.signal.x);
  limbs_add(2u, lane, sums.signal.y);
  limbs_add(3u, lane, sums.signal2.x);
  limbs_add(4u, lane, sums.signal2.y);
  limbs_add(5u, lane, sums.signal2.z);
  limbs_add(14u, lane, sums.variance.x);
  limbs_add(15u, lane, sums.variance.y);
  if (NORM == 1u) {
    limbs_add(6u, lane, sums.cross.x);
    limbs_add(7u, lane, sums.cross.y);
    limbs_add(8u, lane, sums.cross.z);
    limbs_add(9u, lane, sums.weight.x);
    limbs_add(10u, lane, sums.weight.y);
    limbs_add(11u, lane, sums.weight2.x);
    limbs_add(12u, lane, sums.weight2.y);
    limbs_add(13u, lane, sums.weight2.z);
  }
}

/// Between two barriers: adds up the lanes of each limb and leaves them zero.
fn collect(thread: u32) {
  if (thread < LIMBS) {
    var total = 0u;
    for (var lane = 0u; lane < 32u; lane++) { total += atomicExchange(&limbs[thread * LANES + lane], 0u); }
    totals[thread] = total;
  }
}

/// `words` words from limb 2·`word` on, with carries.
fn collected(word: u32, words: u32) -> vec4<u32> {
  var value = vec4<u32>(0u);
  var carry = 0u;
  for (var i = 0u; i < words; i++) {
    let low = totals[2u * (word + i)] + carry;
    let high = totals[2u * (word + i) + 1u] + (low >> 16u);
    carry = high >> 16u;
    value[i] = (high << 16u) | (low & 0xffffu);
  }
  return value;
}

/// The workgroup's sums, after `collect` and a barrier.
fn shared_sums() -> Sums {
  var sums = Sums();
  sums.count = collected(0u, 1u).x;
  sums.signal = collected(1u, 2u).xy;
  sums.signal2 = collected(3u, 3u);
  sums.variance = collected(14u, 2u).xy;
  if (NORM == 1u) {
    let cross = collected(6u, 3u);
    sums.cross = vec4<u32>(cross.xyz, u32(i32(cross.z) >> 31u));
    sums.weight = collected(9u, 2u).xy;
    sums.weight2 = collected(11u, 3u);
  }
  return sums;
}

// --- sums of a bin between the stages

/// Words of a bin's sums.
const SUMS_WORDS = 24u;

fn get_sums(frame: u32, bin: u32) -> Sums {
  let at = (frame * facts.bins + bin) * SUMS_WORDS;
  return Sums(
    bin_sums[at + 2u],
    vec2<u32>(bin_sums[at + 3u], bin_sums[at + 4u]),
    vec4<u32>(bin_sums[at + 9u], bin_sums[at + 10u], bin_sums[at + 11u], bin_sums[at + 12u]),
    vec4<u32>(bin_sums[at + 13u], bin_sums[at + 14u], bin_sums[at + 15u], bin_sums[at + 16u]),
    vec2<u32>(bin_sums[at + 5u], bin_sums[at + 6u]),
    vec4<u32>(bin_sums[at + 17u], bin_sums[at + 18u], bin_sums[at + 19u], bin_sums[at + 20u]),
    vec2<u32>(bin_sums[at + 7u], bin_sums[at + 8u]),
  );
}

// --- moments

struct Moments {
  mean: F64,
  deviation: F64,
}

fn wide_signed(x: vec2<u32>) -> vec4<u32> {
  return vec4<u32>(x, vec2<u32>(u32(i32(x.y) >> 31u)));
}

/// n / d, rounded once; d below 2²⁸. Digits of as many bits as a 32-bit division leaves room for.
fn f64_ratio(n: vec4<u32>, d: u32) -> F64 {
  if (all(n == vec4<u32>(0u))) { return F64_ZERO; }
  let shift = leading128(n);
  var digits = shl128(n, shift);
  let size = select(select(4u, 8u, d < 0x1000000u), 16u, d < 0x10000u);
  var quotient = vec4<u32>(0u);
  var rest = 0u;
  for (var done = 0u; done < 128u; done += size) {
    rest = (rest << size) | (digits.w >> (32u - size));
    digits = shl128(digits, size);
    let digit = rest / d;
    rest -= digit * d;
    quotient = shl128(quotient, size);
    quotient.x |= digit;
  }
  let top = leading128(quotient);
  let m = shl128(quotient, top);
  let lost = (m.x | m.y | rest) != 0u;
  return f64_pack(0u, 1023 + 127 - i32(shift) - i32(top), vec2<u32>(m.z | u32(lost), m.w));
}

/// n·Σs² − (Σs)².
fn scatter_times_count(sums: Sums) -> vec4<u32> {
  var v = sums.signal;
  if ((v.y & SIGN) != 0u) { v = sub64(vec2<u32>(0u), v); }
  let low = mul64(sums.signal2.xy, vec2<u32>(sums.count, 0u));
  let high = mul_wide(sums.signal2.z, sums.count);
  return sub128(add128(low, vec4<u32>(0u, 0u, high)), mul64(v, v));
}

/// VV of the azimuthal model where all weights are 1: (n·Σs² − (Σs)²)/n, rounded once. The core forms the same sum in
/// double-double arithmetic, so that the two differ only where 2⁻¹⁰⁰ of Σs² decides the rounding to a double.
fn scatter_unweighted(sums: Sums) -> F64 {
  return f64_ratio(scatter_times_count(sums), max(sums.count, 1u));
}

/// VV of the azimuthal model, Σs² + m(−2Σsω + mΣω²), in the operations of `Sums::scatter`. Loops, where the same
/// operation comes again, keep the program short: drivers inline every call.
fn scatter(sums: Sums) -> F64 {
  var terms = array<vec4<u32>, 5>(
    wide_signed(sums.signal),
    vec4<u32>(sums.weight, 0u, 0u),
    sums.weight2,
    negate128(shl128(sums.cross, 1u)),
    sums.signal2,
  );
  var pairs: array<Pair, 5>;
  for (var i = 0u; i < 5u; i++) { pairs[i] = pair_from_i128(terms[i]); }
  let mean = pair_div(pairs[0], pairs[1]);
  var value = pairs[2];
  for (var i = 3u; i < 5u; i++) {
    let product = pair_mul(mean, value);
    // The core adds the product to the first term, and the second term to the product.
    var left = product;
    var right = pairs[i];
    if (i == 4u) {
      left = right;
      right = product;
    }
    value = pair_add(left, right);
  }
  return f64_max(pair_value(value), F64_ZERO);
}

fn f64_from_i64(x: vec2<u32>) -> F64 {
  if ((x.y & SIGN) != 0u) { return f64_negate(f64_from_u64(sub64(vec2<u32>(0u), x))); }
  return f64_from_u64(x);
}

/// VV of one of the models.
fn spread(sums: Sums, model: u32) -> F64 {
  if (model == 1u) { return f64_max(f64_from_i64(sums.variance), F64_ZERO); }
  if (NORM == 0u) { return scatter_unweighted(sums); }
  return scatter(sums);
}

/// Σω in units of the norm.
fn omega(sums: Sums) -> F64 {
  if (NORM == 0u) { return f64_from_u32(sums.count); }
  return f64_mul(f64_from_u64(sums.weight), facts.unit);
}

/// Mean and std of one pixel; 0 for an empty bin.
fn moments(sums: Sums, vv: F64) -> Moments {
  if (all(sums.weight == vec2<u32>(0u))) { return Moments(F64_ZERO, F64_ZERO); }
  var omega2 = f64_from_u32(sums.count);
  if (NORM == 1u) { omega2 = f64_mul(f64_mul(pair_from_i128(sums.weight2).high, facts.unit), facts.unit); }
  return Moments(f64_div(f64_from_i64(sums.signal), omega(sums)), f64_sqrt(f64_div(vv, omega2)));
}
