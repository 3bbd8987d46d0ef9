// Sigma clipping of bins whose weights are 1, with cut-offs in f32: for integer signals only the integers next to a
// cut-off matter, and f32 tells them unless one lies within its error. A bin where that happens is left to
// clip_exact.wgsl; all others get the sums that it would give. Reference: core-rs/core/src/clip/exact.rs.

@group(0) @binding(0) var<uniform> facts: PlanFacts;
@group(0) @binding(1) var<storage, read> frames: array<u32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<u32>;
/// as in clip_exact.wgsl
@group(0) @binding(4) var<storage, read> table: array<u32>;
@group(0) @binding(5) var<storage, read> chauvenet: array<vec2<u32>>;
@group(0) @binding(6) var<storage, read_write> bin_sums: array<u32>;

const THREADS = 256u;
/// Part of mean and reach by which an f32 cut-off may be wrong: 2⁻¹⁹ against ten roundings of 2⁻²⁴ to 2⁻²².
const GUARD = 1.0 / 524288.0;
/// Scatter above this part of the mean is surely more than the rounding that clip_exact.wgsl looks for.
const SURE = 1.0 / 1048576.0;

/// 0 finished, 1 another cycle, 2 left to clip_exact.wgsl
var<workgroup> state: u32;
var<workgroup> kept: vec2<i32>;
var<workgroup> next: vec2<i32>;

fn f32_of(x: vec4<u32>) -> f32 {
  return ((f32(x.w) * 4294967296.0 + f32(x.z)) * 4294967296.0 + f32(x.y)) * 4294967296.0 + f32(x.x);
}

/// As near as i32 comes.
fn whole(x: f32) -> i32 {
  if (x >= 2147483648.0) { return 0x7fffffff; }
  if (x <= -2147483648.0) { return i32(SIGN); }
  return i32(x);
}

/// The next state after a cycle that left `sums`, and in `next` what the next cycle keeps.
fn tightened(sums: Sums) -> u32 {
  if (sums.count < 2u) { return 0u; }
  let n = f32(sums.count);
  let negative = (sums.signal.y & SIGN) != 0u;
  var v = sums.signal;
  if (negative) { v = sub64(vec2<u32>(0u), v); }
  var mean = f32_of(vec4<u32>(v, 0u, 0u)) / n;
  if (negative) { mean = -mean; }
  var vv = f32_of(vec4<u32>(sums.variance, 0u, 0u));
  if (facts.clip_model == 0u) {
    let scatter = scatter_times_count(sums);
    if (all(scatter == vec4<u32>(0u))) { return 0u; }
    vv = f32_of(scatter) / n;
  }
  let deviation = sqrt(vv / n);
  if (deviation <= abs(mean) * SURE) { return 2u; }
  let factor = max(f64_to_f32(facts.cutoff), f64_to_f32(chauvenet[sums.count])); // positive: bits are ordered
  let reach = bitcast<f32>(factor) * deviation;
  let guard = GUARD * (abs(mean) + reach);
  // Nothing that counts lies below `least` or above `most`.
  let least = max(kept.x, facts.low);
  let most = min(kept.y, facts.high);
  let low = vec2<i32>(whole(ceil(mean - reach - guard)), whole(ceil(mean - reach + guard)));
  let high = vec2<i32>(whole(floor(mean + reach - guard)), whole(floor(mean + reach + guard)));
  next = vec2<i32>(max(low.x, kept.x), min(high.x, kept.y));
  let sure = max(low.x, least) == max(low.y, least) && min(high.x, most) == min(high.y, most);
  return select(2u, 1u, sure);
}

@compute @workgroup_size(256)
fn clip_quick(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let bin = table[group.x * 8u + 7u];
  let frame = group.y;
  let first = table[bin * 8u];
  let size = table[bin * 8u + 1u];
  for (var i = thread; i < LIMBS * LANES; i += THREADS) { atomicStore(&limbs[i], 0u); }
  workgroupBarrier();
  var own = Sums();
  for (var place = thread; place < size; place += THREADS) {
    let s = frame_pixel(frame, order[first + place]);
    if (counts(s)) { sums_add(&own, s, 1u, false); }
  }
  share(own, thread);
  workgroupBarrier();
  collect(thread);
  workgroupBarrier();
  var sums = Sums();
  var valid = 0u;
  var cycle = 0u;
  if (thread == 0u) {
    sums = shared_sums();
    valid = sums.count;
    kept = vec2<i32>(i32(SIGN), 0x7fffffff);
    state = 0u;
    if (cycle < facts.cycle) { state = tightened(sums); }
  }
  workgroupBarrier();
  loop {
    if (state != 1u) { break; }
    cycle += 1u;
    let low = next.x;
    let high = next.y;
    var dropped = Sums();
    for (var place = thread; place < size; place += THREADS) {
      let s = frame_pixel(frame, order[first + place]);
      if ((s < low || s > high) && s >= kept.x && s <= kept.y && counts(s)) { sums_add(&dropped, s, 1u, false); }
    }
    if (dropped.count != 0u) { share(dropped, thread); }
    workgroupBarrier();
    collect(thread);
    workgroupBarrier();
    if (thread == 0u) {
      let all = shared_sums();
      sums = sums_subtract(sums, all);
      kept = next;
      state = 0u;
      if (all.count != 0u && cycle < facts.cycle) { state = tightened(sums); }
    }
    workgroupBarrier();
  }
  if (thread == 0u) { put_sums(frame, bin, sums_unweighted(sums), valid, state == 0u); }
}
