// Sigma clipping in doubles with two-pass sums: the path of f32 frames, of dark-subtracted frames and of norms that fixed
// point cannot hold. One workgroup takes one bin of one frame; a bin's sums are added in an order that its size alone
// decides. Reference: core-rs/core/src/clip/float.rs, which adds in the order of the pixels.

@group(0) @binding(0) var<uniform> facts: PlanFacts;
@group(0) @binding(1) var<storage, read> frames: array<u32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
/// norms in bin order, fixed point
@group(0) @binding(3) var<storage, read> weights: array<u32>;
/// as in clip_exact.wgsl
@group(0) @binding(4) var<storage, read> table: array<u32>;
@group(0) @binding(5) var<storage, read> chauvenet: array<vec2<u32>>;
@group(0) @binding(6) var<storage, read_write> profile: array<u32>;
/// in raster order
@group(0) @binding(7) var<storage, read> dark: array<u32>;
@group(0) @binding(8) var<storage, read> normalization: array<u32>;

const THREADS = 256u;
const NONE_LOW = F64(0u, 0xfe700000u);
const NONE_HIGH = F64(0u, 0x7e700000u);
/// As in clip_exact.wgsl.
const ROUNDING = F64(0u, 0x3e000000u);

var<workgroup> sums: array<array<F64, 256>, 3>;
var<workgroup> counted: atomic<u32>;
var<workgroup> go_on: u32;
var<workgroup> low: F64;
var<workgroup> high: F64;
var<workgroup> mean: F64;

struct Pixel {
  kept: bool,
  signal: F64,
  norm: F64,
  variance: F64,
}

fn pixel_at(frame: u32, place: u32) -> Pixel {
  let pixel = order[place];
  let s = frame_pixel(frame, pixel);
  var one = Pixel();
  if (!counts(s)) { return one; }
  let raw = value_of(s);
  one.signal = f64_sub(raw, f64_from_f32(select(0u, dark[pixel], DARK)));
  one.norm = F64_ONE;
  if (NORM == 1u) { one.norm = f64_mul(f64_from_u32(weights[place]), facts.unit); }
  if (NORM == 2u) { one.norm = f64_from_f32(normalization[pixel]); }
  one.variance = f64_max(raw, F64_ONE);
  one.kept = !f64_less(one.signal, f64_mul(low, one.norm)) && !f64_less(f64_mul(high, one.norm), one.signal);
  return one;
}

/// Adds up the first `rows` rows of `sums` over the workgroup, into column 0.
fn add_up(thread: u32, rows: u32) {
  workgroupBarrier();
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    if (thread < half) {
      for (var row = 0u; row < rows; row++) {
        sums[row][thread] = f64_add(sums[row][thread], sums[row][thread + half]);
      }
    }
    workgroupBarrier();
  }
}

@compute @workgroup_size(256)
fn clip_float(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let bin = table[group.x * 8u + 7u];
  let frame = group.y;
  let first = table[bin * 8u];
  let size = table[bin * 8u + 1u];
  if (thread == 0u) {
    low = NONE_LOW;
    high = NONE_HIGH;
  }
  var cycle = 0u;
  var model = facts.clip_model;
  // Thread 0's: the sums of the pixels that are kept now.
  var count = 0u;
  var valid = 0u;
  var v = F64_ZERO;
  var omega = F64_ZERO;
  var omega2 = F64_ZERO;
  var vv = F64_ZERO;
  var deviation = F64_ZERO;
  loop {
    // --- V, Ω and ΩΩ
    if (thread == 0u) { atomicStore(&counted, 0u); }
    workgroupBarrier();
    var own = array<F64, 3>();
    var own_count = 0u;
    for (var place = thread; place < size; place += THREADS) {
      let one = pixel_at(frame, first + place);
      if (one.kept) {
        var terms = array<F64, 3>(one.signal, one.norm, f64_mul(one.norm, one.norm));
        for (var i = 0u; i < 3u; i++) { own[i] = f64_add(own[i], terms[i]); }
        own_count += 1u;
      }
    }
    for (var i = 0u; i < 3u; i++) { sums[i][thread] = own[i]; }
    if (own_count != 0u) { atomicAdd(&counted, own_count); }
    add_up(thread, 3u);
    let before = count;
    if (thread == 0u) {
      count = atomicLoad(&counted);
      if (cycle == 0u) { valid = count; }
      v = sums[0][0];
      omega = sums[1][0];
      omega2 = sums[2][0];
      mean = F64_ZERO;
      if (count != 0u) { mean = f64_div(v, omega); }
    }
    workgroupBarrier();

    // --- VV: of the result too, where its model is another one
    var finished = false;
    loop {
      var own_vv = F64_ZERO;
      for (var place = thread; place < size; place += THREADS) {
        let one = pixel_at(frame, first + place);
        if (one.kept) {
          var term = one.variance;
          if (model == 0u) {
            let distance = f64_sub(one.signal, f64_mul(mean, one.norm));
            term = f64_mul(distance, distance);
          }
          own_vv = f64_add(own_vv, term);
        }
      }
      sums[0][thread] = own_vv;
      add_up(thread, 1u);
      if (thread == 0u) {
        vv = f64_max(sums[0][0], F64_ZERO);
        deviation = F64_ZERO;
        if (count != 0u) { deviation = f64_sqrt(f64_div(vv, omega2)); }
        let flat = !f64_less(f64_mul(f64_abs(mean), ROUNDING), deviation);
        let ended = cycle >= facts.cycle || count < 2u || flat || (cycle > 0u && count == before);
        go_on = u32(!ended);
      }
      workgroupBarrier();
      finished = go_on == 0u;
      workgroupBarrier();
      if (!finished || model == facts.result_model) { break; }
      model = facts.result_model;
      cycle = facts.cycle;
    }
    if (finished) { break; }
    if (thread == 0u) {
      let reach = f64_mul(f64_max(facts.cutoff, chauvenet[count]), deviation);
      low = f64_max(low, f64_sub(mean, reach));
      high = f64_min(high, f64_add(mean, reach));
    }
    cycle += 1u;
  }

  if (thread == 0u) {
    var sem = F64_ZERO;
    if (count != 0u) { sem = f64_div(f64_sqrt(vv), omega); }
    let base = frame * facts.bins * PROFILE_WORDS;
    let bins = facts.bins;
    profile[base + 2u * bin] = mean.x;
    profile[base + 2u * bin + 1u] = mean.y;
    profile[base + 2u * (bins + bin)] = deviation.x;
    profile[base + 2u * (bins + bin) + 1u] = deviation.y;
    profile[base + 2u * (2u * bins + bin)] = sem.x;
    profile[base + 2u * (2u * bins + bin) + 1u] = sem.y;
    profile[base + 6u * bins + bin] = f64_to_f32(mean);
    profile[base + 7u * bins + bin] = f64_to_f32(deviation);
    profile[base + 8u * bins + bin] = count;
    profile[base + 9u * bins + bin] = valid;
  }
}
