// Sigma clipping with exact integer sums, all cycles in one dispatch: one workgroup takes one bin of one frame, reads its
// pixels in bin order and subtracts what each cycle drops. A bin is read again in every cycle, from the caches: holding
// it in workgroup memory takes the room of other bins, and was measured to be three times slower. Reference: core-rs/core/src/clip/exact.rs, whose decisions it repeats bit for bit.

@group(0) @binding(0) var<uniform> facts: PlanFacts;
@group(0) @binding(1) var<storage, read> frames: array<u32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
/// fixed-point norms in bin order
@group(0) @binding(3) var<storage, read> weights: array<u32>;
/// per bin: first place, pixels, Σω (2 words), Σω² (3 words), and the bin that the workgroup of that number takes
@group(0) @binding(4) var<storage, read> table: array<u32>;
@group(0) @binding(5) var<storage, read> chauvenet: array<vec2<u32>>;
@group(0) @binding(6) var<storage, read_write> bin_sums: array<u32>;

const THREADS = 256u;
/// Further than any threshold: no pixel is outside.
const NONE_LOW = F64(0u, 0xfe700000u);
const NONE_HIGH = F64(0u, 0x7e700000u);
/// One step of the fixed-point weight, 2⁻³¹: scatter below this part of the mean is the rounding of the weights.
const ROUNDING = F64(0u, 0x3e000000u);
/// The f32 test lets all pixels through that lie this near to a bound.
const GUARD = 1.0 / 1048576.0;

var<workgroup> go_on: u32;
/// Of the last cycle; thread 0's alone.
var<workgroup> any_dropped: u32;
var<workgroup> kept_low: F64;
var<workgroup> kept_high: F64;
var<workgroup> next_low: F64;
var<workgroup> next_high: F64;

fn keeps(low: F64, high: F64, s: F64, norm: F64) -> bool {
  return !f64_less(s, f64_mul(low, norm)) && !f64_less(f64_mul(high, norm), s);
}

@compute @workgroup_size(256)
fn clip_exact(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let bin = table[group.x * 8u + 7u];
  let frame = group.y;
  let first = table[bin * 8u];
  let size = table[bin * 8u + 1u];
  // Where all weights are 1, clip_quick.wgsl has been here and finished nearly all bins.
  if (NORM == 0u && bin_sums[(frame * facts.bins + bin) * SUMS_WORDS] != 0u) { return; }
  for (var i = thread; i < LIMBS * LANES; i += THREADS) { atomicStore(&limbs[i], 0u); }
  workgroupBarrier();

  // --- one pass over the pixels
  var own = Sums();
  for (var place = thread; place < size; place += THREADS) {
    let s = frame_pixel(frame, order[first + place]);
    var w = 1u;
    if (NORM == 1u) { w = weights[first + place]; }
    if (counts(s)) {
      sums_add(&own, s, w, false);
    } else if (NORM == 1u) {
      own.weight = add64(own.weight, vec2<u32>(w, 0u));
      own.weight2 = add128(own.weight2, vec4<u32>(mul_wide(w, w), 0u, 0u));
    }
  }
  share(own, thread);
  workgroupBarrier();
  collect(thread);
  workgroupBarrier();

  // --- thread 0 decides, all look for pixels outside
  var sums = Sums();
  var now: Moments;
  var vv = F64_ZERO;
  var valid = 0u;
  if (thread == 0u) {
    sums = shared_sums();
    valid = sums.count;
    if (NORM == 1u) {
      let row = bin * 8u;
      sums.weight = sub64(vec2<u32>(table[row + 2u], table[row + 3u]), sums.weight);
      sums.weight2 = sub128(vec4<u32>(table[row + 4u], table[row + 5u], table[row + 6u], 0u), sums.weight2);
    } else {
      sums = sums_unweighted(sums);
    }
    kept_low = NONE_LOW;
    kept_high = NONE_HIGH;
  }
  var cycle = 0u;
  loop {
    if (thread == 0u) {
      vv = spread(sums, facts.clip_model);
      now = moments(sums, vv);
      let flat = !f64_less(f64_mul(f64_abs(now.mean), ROUNDING), now.deviation);
      let ended = cycle >= facts.cycle || sums.count < 2u || flat || (cycle > 0u && any_dropped == 0u);
      go_on = u32(!ended);
      if (go_on != 0u) {
        let reach = f64_mul(f64_max(facts.cutoff, chauvenet[sums.count]), now.deviation);
        next_low = f64_max(kept_low, f64_sub(now.mean, reach));
        next_high = f64_min(kept_high, f64_add(now.mean, reach));
      }
    }
    workgroupBarrier();
    if (go_on == 0u) { break; }
    cycle += 1u;

    var dropped = Sums();
    if (NORM == 1u) {
      let low_bits = f64_to_f32(f64_mul(next_low, facts.unit));
      let high_bits = f64_to_f32(f64_mul(next_high, facts.unit));
      let low = bitcast<f32>(low_bits) * (1.0 - sign(bitcast<f32>(low_bits)) * -GUARD);
      let high = bitcast<f32>(high_bits) * (1.0 - sign(bitcast<f32>(high_bits)) * GUARD);
      for (var place = thread; place < size; place += THREADS) {
        let s = frame_pixel(frame, order[first + place]);
        let w = weights[first + place];
        let below = f32(s) <= low * f32(w) && !(s >= 0 && low <= 0.0);
        if (below || f32(s) >= high * f32(w)) {
          let norm = f64_mul(f64_from_u32(w), facts.unit);
          let signal = f64_from_i32(s);
          if (
            !keeps(next_low, next_high, signal, norm) && keeps(kept_low, kept_high, signal, norm) && counts(s)
          ) { sums_add(&dropped, s, w, true); }
        }
      }
    } else {
      let low = f64_ceil(next_low);
      let high = f64_floor(next_high);
      let past_low = f64_ceil(kept_low);
      let past_high = f64_floor(kept_high);
      for (var place = thread; place < size; place += THREADS) {
        let s = frame_pixel(frame, order[first + place]);
        if ((s < low || s > high) && s >= past_low && s <= past_high && counts(s)) {
          sums_add(&dropped, s, 1u, true);
        }
      }
    }
    if (dropped.count != 0u) { share(dropped, thread); }
    workgroupBarrier();
    collect(thread);
    workgroupBarrier();
    if (thread == 0u) {
      var all = shared_sums();
      any_dropped = all.count;
      if (NORM == 0u) { all = sums_unweighted(all); }
      sums = sums_subtract(sums, all);
      kept_low = next_low;
      kept_high = next_high;
    }
  }

  if (thread == 0u) { put_sums(frame, bin, sums, valid, true); }
}
