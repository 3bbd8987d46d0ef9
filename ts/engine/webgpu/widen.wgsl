// Frames that travelled with 4 or 8 bits a pixel, and a list of the pixels that need more, put back into their own type.
// Reference of the format: core-rs/core/src/codec/narrow.rs. ELEMENT is the bytes of a pixel: 2 or 4.

struct WidenFacts {
  pixels: u32,
  /// words between the frames of a batch, and between narrow ones
  stride: u32,
  narrow_stride: u32,
}

@group(0) @binding(0) var<uniform> widen_facts: WidenFacts;
@group(0) @binding(1) var<storage, read> narrow: array<u32>;
/// per frame: bits of a pixel, 0 where it came in another way; words before its list, and pixels in that
@group(0) @binding(2) var<storage, read> shapes: array<vec4<u32>>;
/// Atomic, as neighbouring pixels of the list may share a word.
@group(0) @binding(3) var<storage, read_write> frames: array<atomic<u32>>;

const THREADS = 256u;
const PIXEL_BITS = 8u * ELEMENT;
const PER_WORD = 4u / ELEMENT;

/// A pixel of the narrow frame at word `start`; 0 where its value is in the list, or there is no pixel.
fn widened(start: u32, bits: u32, pixel: u32) -> u32 {
  if (pixel >= widen_facts.pixels) { return 0u; }
  let per_word = 32u / bits;
  let mark = (1u << bits) - 1u;
  let value = (narrow[start + pixel / per_word] >> ((pixel % per_word) * bits)) & mark;
  if (value == mark) { return 0xffffffffu >> (32u - PIXEL_BITS); }
  return select(value, 0u, value == mark - 1u);
}

@compute @workgroup_size(256)
fn widen(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let bits = shapes[group.y].x;
  if (bits == 0u) { return; }
  let source = group.y * widen_facts.narrow_stride;
  let start = group.y * widen_facts.stride;
  let words = (widen_facts.pixels + PER_WORD - 1u) / PER_WORD;
  for (var word = group.x * THREADS + thread; word < words; word += groups.x * THREADS) {
    var value = widened(source, bits, word * PER_WORD);
    if (PER_WORD == 2u) { value |= widened(source, bits, word * PER_WORD + 1u) << 16u; }
    atomicStore(&frames[start + word], value);
  }
}

@compute @workgroup_size(256)
fn fill_in(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let shape = shapes[group.y];
  if (shape.x == 0u) { return; }
  let list = group.y * widen_facts.narrow_stride + shape.y;
  let start = group.y * widen_facts.stride;
  for (var i = group.x * THREADS + thread; i < shape.z; i += groups.x * THREADS) {
    let pixel = narrow[list + 2u * i];
    atomicOr(&frames[start + pixel / PER_WORD], narrow[list + 2u * i + 1u] << ((pixel % PER_WORD) * PIXEL_BITS));
  }
}
