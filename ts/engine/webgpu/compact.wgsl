// Stream compaction in raster order: from counts per block to places, from bit maps to index and intensity.
// Reference: core-rs/core/src/pick.rs (PixelSet::write_to) and plan/frame.rs (FrameBuffer::take).

@group(0) @binding(0) var<uniform> facts: PlanFacts;
/// per frame: what each block holds, afterwards how much lies before it; behind them the frame's sum
@group(0) @binding(1) var<storage, read_write> count: array<u32>;
@group(0) @binding(2) var<storage, read> frames: array<u32>;
@group(0) @binding(3) var<storage, read> kept: array<u32>;
@group(0) @binding(4) var<storage, read_write> index: array<u32>;
/// packed in the frame's type; zero before
@group(0) @binding(5) var<storage, read_write> intensity: array<atomic<u32>>;

var<workgroup> sums: array<u32, 256>;

/// Sum over the threads before this one; `sums[255]` is afterwards the sum over all.
fn before(thread: u32, value: u32) -> u32 {
  sums[thread] = value;
  workgroupBarrier();
  for (var step = 1u; step < 256u; step *= 2u) {
    var other = 0u;
    if (thread >= step) { other = sums[thread - step]; }
    workgroupBarrier();
    sums[thread] += other;
    workgroupBarrier();
  }
  return sums[thread] - value;
}

/// One workgroup a frame: counts become places.
@compute @workgroup_size(256)
fn scan(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let start = group.y * (facts.blocks + 1u);
  var sum = 0u;
  for (var first = 0u; first < facts.blocks; first += 256u) {
    let block = first + thread;
    var own = 0u;
    if (block < facts.blocks) { own = count[start + block]; }
    let place = before(thread, own);
    if (block < facts.blocks) { count[start + block] = sum + place; }
    sum += sums[255];
    workgroupBarrier();
  }
  if (thread == 0u) { count[start + facts.blocks] = sum; }
}

/// One workgroup a block: the frames of a batch follow one another without gaps.
@compute @workgroup_size(256)
fn compact(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let frame = group.y;
  var bits = kept[(frame * facts.blocks + group.x) * 256u + thread];
  var place = before(thread, countOneBits(bits)) + count[frame * (facts.blocks + 1u) + group.x];
  for (var f = 0u; f < frame; f++) { place += count[f * (facts.blocks + 1u) + facts.blocks]; }
  while (bits != 0u && place < facts.room) {
    let pixel = group.x * BLOCK + thread * 32u + countTrailingZeros(bits);
    bits &= bits - 1u;
    index[place] = pixel;
    let start = frame * facts.stride;
    if (PIXEL == 0u) {
      let value = (frames[start + (pixel >> 2u)] >> ((pixel & 3u) * 8u)) & 0xffu;
      atomicOr(&intensity[place >> 2u], value << ((place & 3u) * 8u));
    } else if (PIXEL == 1u || PIXEL == 3u) {
      let value = (frames[start + (pixel >> 1u)] >> ((pixel & 1u) * 16u)) & 0xffffu;
      atomicOr(&intensity[place >> 1u], value << ((place & 1u) * 16u));
    } else {
      atomicStore(&intensity[place], frames[start + pixel]);
    }
    place += 1u;
  }
}
