// Peaks in square patches, from the candidates alone, in doubles: core-rs/core/src/peaks.rs, operation by operation.

@group(0) @binding(0) var<uniform> facts: PlanFacts;
@group(0) @binding(1) var<storage, read> frames: array<u32>;
@group(0) @binding(2) var<storage, read> bin_of: array<u32>;
@group(0) @binding(3) var<storage, read> radius: array<u32>;
/// norms in raster order, f32
@group(0) @binding(4) var<storage, read> normalization: array<u32>;
@group(0) @binding(5) var<storage, read> background: array<u32>;
@group(0) @binding(6) var<storage, read> candidates: array<u32>;
@group(0) @binding(7) var<storage, read_write> found: array<u32>;
@group(0) @binding(8) var<storage, read_write> found_count: array<u32>;
/// x, y, intensity, sigma (f32), pixels
@group(0) @binding(9) var<storage, read_write> peaks: array<u32>;
@group(0) @binding(10) var<storage, read> dark: array<u32>;
@group(0) @binding(11) var<storage, read> bounds: array<vec4<f32>>;
/// pixels of all peaks of the batch, in raster order
@group(0) @binding(12) var<storage, read> centres: array<u32>;

const LISTED = 1024u;
var<workgroup> ranks: array<u32, 256>;
var<workgroup> list: array<u32, LISTED>;
var<workgroup> bits: array<atomic<u32>, 256>;
var<workgroup> total: atomic<u32>;
var<workgroup> excesses: array<F64, 25>;
var<workgroup> variances: array<F64, 25>;
var<workgroup> sums: array<F64, 5>;

struct PatchPixel {
  there: bool,
  excess: F64,
  variance: F64,
}

/// What a patch needs to know of a pixel; the variance only where asked for.
fn patch_pixel(frame: u32, pixel: u32, whole: bool) -> PatchPixel {
  let bin = (bin_of[pixel >> 1u] >> (16u * (pixel & 1u))) & 0xffffu;
  let s = frame_pixel(frame, pixel);
  if (bin == 0xffffu || !counts(s)) { return PatchPixel(false, F64_ZERO, F64_ZERO); }
  let at = background_at(frame, locate(radius[pixel]));
  var norm = F64_ONE;
  var corrected = value_of(s);
  if (!EXACT) { corrected = f64_sub(corrected, f64_from_f32(select(0u, dark[pixel], DARK))); }
  if (NORM != 0u) {
    norm = f64_from_f32(normalization[pixel]);
    corrected = f64_div(corrected, norm);
  }
  let excess = f64_sub(corrected, at.xy);
  if (!whole) { return PatchPixel(true, excess, F64_ZERO); }
  var noise = f64_max(excess, F64_ZERO);
  if (NORM != 0u) { noise = f64_div(noise, norm); }
  return PatchPixel(true, excess, f64_add(f64_mul(at.zw, at.zw), noise));
}

fn is_candidate(frame: u32, pixel: u32) -> bool {
  return ((candidates[frame * facts.blocks * 256u + (pixel >> 5u)] >> (pixel & 31u)) & 1u) != 0u;
}

/// The patch around a pixel, within the frame: first row, first column, behind the last row, behind the last column.
fn patch_of(pixel: u32) -> vec4<u32> {
  let reach = facts.patch_size / 2u;
  let row = pixel / facts.fast;
  let column = pixel % facts.fast;
  return vec4<u32>(
    max(row, reach) - reach,
    max(column, reach) - reach,
    min(row + reach + 1u, facts.slow),
    min(column + reach + 1u, facts.fast),
  );
}

fn connected(frame: u32, patch_: vec4<u32>) -> u32 {
  var n = 0u;
  for (var row = patch_.x; row < patch_.z; row++) {
    for (var column = patch_.y; column < patch_.w; column++) {
      n += u32(is_candidate(frame, row * facts.fast + column));
    }
  }
  return n;
}

/// Excess of a pixel in f32 and how far it may be wrong; negative where the pixel is not there.
fn quick_excess(frame: u32, pixel: u32) -> vec2<f32> {
  let bin = (bin_of[pixel >> 1u] >> (16u * (pixel & 1u))) & 0xffffu;
  let s = frame_pixel(frame, pixel);
  if (bin == 0xffffu || !counts(s)) { return vec2<f32>(0.0, -1.0); }
  var signal = f32(s);
  if (PIXEL == 5u) { signal = bitcast<f32>(s); }
  var size = abs(signal);
  if (!EXACT) {
    let offset = bitcast<f32>(select(0u, dark[pixel], DARK));
    size += abs(offset);
    signal -= offset;
  }
  if (NORM != 0u) {
    let norm = bitcast<f32>(normalization[pixel]);
    signal /= norm;
    size /= norm;
  }
  // The division of an f32 may be wrong by three units: 2⁻²⁰ is ample.
  let guard = bounds[frame * facts.bins + bin].w + size / 1048576.0;
  return vec2<f32>(signal - quick_background(frame, bitcast<f32>(radius[pixel])).x, guard);
}

/// Whether a pixel is the largest of its patch, the first of several in raster order. Doubles decide what f32 cannot.
fn is_largest(frame: u32, centre: u32, patch_: vec4<u32>) -> bool {
  let largest = quick_excess(frame, centre);
  if (largest.y < 0.0) { return false; }
  for (var row = patch_.x; row < patch_.z; row++) {
    for (var column = patch_.y; column < patch_.w; column++) {
      let pixel = row * facts.fast + column;
      let other = quick_excess(frame, pixel);
      if (pixel == centre || other.y < 0.0) { continue; }
      let ahead = other.x - largest.x;
      let guard = other.y + largest.y;
      if (ahead > guard) { return false; }
      if (ahead < -guard) { continue; }
      var both: array<F64, 2>;
      for (var i = 0u; i < 2u; i++) { both[i] = patch_pixel(frame, select(centre, pixel, i == 1u), false).excess; }
      if (f64_less(both[0], both[1])) { return false; }
      if (pixel < centre && !f64_less(both[1], both[0])) { return false; }
    }
  }
  return true;
}

/// One workgroup a block: marks the peaks among its candidates.
@compute @workgroup_size(256)
fn find(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let frame = group.y;
  let word = (frame * facts.blocks + group.x) * 256u + thread;
  let mine = candidates[word];
  atomicStore(&bits[thread], 0u);
  if (thread == 0u) { atomicStore(&total, 0u); }
  ranks[thread] = countOneBits(mine);
  workgroupBarrier();
  for (var step = 1u; step < 256u; step *= 2u) {
    var other = 0u;
    if (thread >= step) { other = ranks[thread - step]; }
    workgroupBarrier();
    ranks[thread] += other;
    workgroupBarrier();
  }
  let all = ranks[255];
  for (var first = 0u; first < all; first += LISTED) {
    var rank = ranks[thread] - countOneBits(mine);
    for (var left = mine; left != 0u; left &= left - 1u) {
      if (rank >= first && rank < first + LISTED) { list[rank - first] = thread * 32u + countTrailingZeros(left); }
      rank += 1u;
    }
    workgroupBarrier();
    for (var i = thread; i < min(all - first, LISTED); i += 256u) {
      let pixel = group.x * BLOCK + list[i];
      let patch_ = patch_of(pixel);
      if (connected(frame, patch_) >= facts.connected && is_largest(frame, pixel, patch_)) {
        atomicOr(&bits[list[i] >> 5u], 1u << (list[i] & 31u));
        atomicAdd(&total, 1u);
      }
    }
    workgroupBarrier();
  }
  workgroupBarrier();
  found[word] = atomicLoad(&bits[thread]);
  if (thread == 0u) { found_count[frame * (facts.blocks + 1u) + group.x] = atomicLoad(&total); }
}

/// Some workgroups a frame: each measures some of its peaks, one pixel of a patch a thread.
@compute @workgroup_size(32)
fn measure(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let frame = group.y;
  var first = 0u;
  for (var f = 0u; f < frame; f++) { first += found_count[f * (facts.blocks + 1u) + facts.blocks]; }
  let end = min(first + found_count[frame * (facts.blocks + 1u) + facts.blocks], facts.room);
  for (var place = first + group.x; place < end; place += groups.x) {
    let patch_ = patch_of(centres[place]);
    let width = patch_.w - patch_.y;
    let size = width * (patch_.z - patch_.x);
    if (thread < size) {
      let pixel = (patch_.x + thread / width) * facts.fast + patch_.y + thread % width;
      let one = patch_pixel(frame, pixel, true);
      excesses[thread] = one.excess;
      variances[thread] = one.variance;
    }
    workgroupBarrier();
    // A thread sums one quantity, in raster order; pixels that are not there add 0.
    if (thread < 5u) {
      var sum = F64_ZERO;
      for (var i = 0u; i < size; i++) {
        var term = variances[i];
        if (thread != 1u) { term = excesses[i]; }
        if (thread >= 2u) { term = f64_max(term, F64_ZERO); }
        if (thread >= 3u) {
          let coordinate = select(patch_.y + i % width, patch_.x + i / width, thread == 3u);
          term = f64_mul(term, f64_from_u32(coordinate));
        }
        sum = f64_add(sum, term);
      }
      sums[thread] = sum;
    }
    workgroupBarrier();
    if (thread < 4u) {
      var value = 0u;
      if (thread < 2u) {
        value = f64_to_f32(f64_div(sums[4u - thread], sums[2]));
      } else if (thread == 2u) {
        value = f64_to_f32(sums[0]);
      } else {
        value = f64_to_f32(f64_sqrt(sums[1]));
      }
      peaks[place * 5u + thread] = value;
    }
    if (thread == 4u) { peaks[place * 5u + 4u] = connected(frame, patch_); }
    workgroupBarrier();
  }
}
