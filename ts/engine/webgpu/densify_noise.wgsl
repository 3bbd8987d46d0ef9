// Frames rebuilt with noise: a count from the table of the ring that a pixel draws from. Pixels that the table does not
// tell all of are marked as open; the core draws these, and puts the kept ones back.
// Reference: core-rs/core/src/densify/noisy.rs (`fill`), random.rs (`philox`).

struct NoiseFacts {
  pixels: u32,
  bins: u32,
  /// of a place: those below the bin
  bits: u32,
  /// bits of the dummy in the pixel type
  dummy: u32,
  /// the seed
  key: vec2<u32>,
  frame: u32,
}

@group(0) @binding(0) var<uniform> facts: NoiseFacts;
@group(0) @binding(1) var<storage, read> places: array<u32>;
/// per bin the count up to which none lies above the cut-off; guides of the rings: first cell, bits within a cell; cells:
/// where the next count begins, 0 where that is not all, and the count
@group(0) @binding(2) var<storage, read> lookup: array<u32>;
@group(0) @binding(3) var<storage, read_write> frame: array<u32>;
/// a bit a pixel
@group(0) @binding(4) var<storage, read_write> open: array<atomic<u32>>;

const WEYL = vec2<u32>(0x9e3779b9u, 0xbb67ae85u);

/// The words of the pixels 4·quad to 4·quad + 3.
fn words_of(quad: u32) -> vec4<u32> {
  var key = facts.key;
  // counter: pixels, draw, frame, stream
  var c = vec4<u32>(quad, 0u, facts.frame, 0u);
  for (var round = 0u; round < 10u; round++) {
    // low and high word
    let one = mul_wide(0xd2511f53u, c.x);
    let two = mul_wide(0xcd9e8d57u, c.z);
    c = vec4<u32>(two.y ^ c.y ^ key.x, two.x, one.y ^ c.w ^ key.y, one.x);
    key += WEYL;
  }
  return c;
}

/// The count of a pixel as its type has it.
fn as_pixel(count: i32) -> u32 {
  if (SIGNED) {
    let largest = i32(LARGEST);
    return bitcast<u32>(clamp(count, -largest - 1, largest));
  }
  return min(u32(max(count, 0)), LARGEST);
}

fn noisy_pixel(pixel: u32, word: u32) -> u32 {
  let place = places[pixel];
  if (place == MASKED) { return facts.dummy; }
  let bin = place >> facts.bits;
  let fraction = (place & ((1u << facts.bits) - 1u)) >> (facts.bits - 8u);
  let ring = bin + u32((word & 0xffu) < fraction);
  let guide = facts.bins + 2u * ring;
  let uniform_number = word >> 8u;
  let cell = 3u * facts.bins + 2u * (lookup[guide] + (uniform_number >> lookup[guide + 1u]));
  let next = lookup[cell];
  let count = bitcast<i32>(lookup[cell + 1u] + u32(uniform_number >= next));
  if (next == 0u || count > bitcast<i32>(lookup[bin])) { atomicOr(&open[pixel / 32u], 1u << (pixel % 32u)); }
  return as_pixel(count);
}

/// Four pixels a thread: those of one run of the generator.
@compute @workgroup_size(256)
fn fill_noise(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let quad = thread_of(group, groups, local);
  if (quad * 4u >= facts.pixels) { return; }
  let words = words_of(quad);
  for (var at = 0u; at < 4u; at += PER_WORD) {
    var value = 0u;
    for (var i = 0u; i < PER_WORD; i++) {
      let pixel = quad * 4u + at + i;
      if (pixel < facts.pixels) { value |= (noisy_pixel(pixel, words[at + i]) & VALUE_BITS) << (8u * BYTES * i); }
    }
    let word = (quad * 4u + at) / PER_WORD;
    if (word * PER_WORD < facts.pixels) { frame[word] = value; }
  }
}
