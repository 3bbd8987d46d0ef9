// The bits of a block put back into elements. Reference: core-rs/core/src/codec/bitshuffle.rs: bit j of byte i of run
// p is bit p of element 8i + j. The including stage declares `block` and `frames`; ELEMENT is the bytes of a pixel.

/// Swaps the bits above `step` of row p with those below of row p + step, in every group of `mask`.
fn swap_rows(rows: ptr<function, array<u32, 32>>, p: u32, step: u32, mask: u32) {
  let differ = (((*rows)[p] >> step) ^ (*rows)[p + step]) & mask;
  (*rows)[p + step] ^= differ;
  (*rows)[p] ^= differ << step;
}

/// Transposes squares of `size` rows and columns (8, 16 or 32) that lie side by side in the words of `rows`.
fn transpose(rows: ptr<function, array<u32, 32>>, size: u32) {
  for (var p = 0u; p < size; p += 2u) { swap_rows(rows, p, 1u, 0x55555555u); }
  for (var p = 0u; p < size; p += 4u) {
    for (var q = 0u; q < 2u; q++) { swap_rows(rows, p + q, 2u, 0x33333333u); }
  }
  for (var p = 0u; p < size; p += 8u) {
    for (var q = 0u; q < 4u; q++) { swap_rows(rows, p + q, 4u, 0x0f0f0f0fu); }
  }
  if (size >= 16u) {
    for (var p = 0u; p < size; p += 16u) {
      for (var q = 0u; q < 8u; q++) { swap_rows(rows, p + q, 8u, 0x00ff00ffu); }
    }
  }
  if (size == 32u) {
    for (var q = 0u; q < 16u; q++) { swap_rows(rows, q, 16u, 0x0000ffffu); }
  }
}

/// Word `at / 4` of `block`, or the bytes from any place on.
fn block_bytes(at: u32) -> u32 {
  let shift = (at & 3u) * 8u;
  let low = block[at >> 2u];
  if (shift == 0u) { return low; }
  return (low >> shift) | (block[min((at >> 2u) + 1u, BLOCK_WORDS - 1u)] << (32u - shift));
}

/// Unshuffles `elements` (a multiple of 8) of `block` to the words of `frames` from `target` on: 32 elements a thread.
fn unshuffle(elements: u32, start: u32, thread: u32) {
  let run = elements / 8u;
  for (var first = thread * 32u; first < elements; first += THREADS * 32u) {
    var rows = array<u32, 32>();
    for (var p = 0u; p < 8u * ELEMENT; p++) { rows[p] = block_bytes(p * run + first / 8u); }
    transpose(&rows, 8u * ELEMENT);
    // Row j holds the elements j, j + size, … in its parts; words of the result hold neighbours.
    let words = min(32u, elements - first) * ELEMENT / 4u;
    for (var word = 0u; word < words; word++) {
      var value = 0u;
      if (ELEMENT == 4u) {
        value = rows[word];
      } else if (ELEMENT == 2u) {
        let shift = (word / 8u) * 16u;
        value = ((rows[(2u * word) & 15u] >> shift) & 0xffffu) | ((rows[(2u * word + 1u) & 15u] >> shift) << 16u);
      } else {
        let shift = (word / 2u) * 8u;
        for (var i = 0u; i < 4u; i++) {
          value |= ((rows[((4u * word) & 7u) + i] >> shift) & 0xffu) << (8u * i);
        }
      }
      frames[start + first * ELEMENT / 4u + word] = value;
    }
  }
}
