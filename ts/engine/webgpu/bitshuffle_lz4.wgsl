// Chunks of HDF5 filter 32008 decoded on the GPU: one workgroup takes one block of one frame, so that only compressed
// bytes cross the bus. Where the blocks start is found on the CPU (decode.ts), which has checked that they lie within
// the chunk. Reference: core-rs/core/src/codec/bitshuffle_lz4.rs.

struct DecodeFacts {
  /// words between the frames of a batch, and most blocks of one
  stride: u32,
  blocks: u32,
}

@group(0) @binding(0) var<uniform> decode_facts: DecodeFacts;
@group(0) @binding(1) var<storage, read> chunks: array<u32>;
/// per block: first byte, its bytes, first byte of the frame, its bytes
@group(0) @binding(2) var<storage, read> blocks: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> frames: array<u32>;
/// per block: what is wrong with it
@group(0) @binding(4) var<storage, read_write> problems: array<vec4<u32>>;
/// per frame: whether anything is
@group(0) @binding(5) var<storage, read_write> damaged: array<atomic<u32>>;
/// per frame: its blocks
@group(0) @binding(6) var<storage, read> frame_blocks: array<u32>;

const THREADS = 32u;
var<workgroup> block: array<u32, BLOCK_WORDS>;

@compute @workgroup_size(32)
fn bitshuffle_lz4(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let at = group.y * decode_facts.blocks + group.x;
  if (group.x >= frame_blocks[group.y]) { return; }
  let here = blocks[at];
  let problem = decompress(here.x, here.x + here.y, here.w, thread);
  if (thread == 0u) {
    problems[at] = vec4<u32>(problem.code, problem.offset, problem.first, problem.second);
    if (problem.code != 0u) { atomicMax(&damaged[group.y], 1u); }
  }
  if (problem.code != 0u) { return; }
  unshuffle(here.w / ELEMENT, group.y * decode_facts.stride + here.z / 4u, thread);
}
