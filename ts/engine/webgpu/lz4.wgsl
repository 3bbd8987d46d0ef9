// One LZ4 block by one workgroup: all threads read the same tokens, and copy words side by side.
// Reference: core-rs/core/src/codec/lz4.rs, with the same checks in the same order. The including stage declares
// `chunks` (compressed bytes), `block` (workgroup memory for the result) and THREADS.

/// What went wrong: a code, the byte of the block where it did, and two numbers that the message holds.
struct Problem {
  code: u32,
  offset: u32,
  first: u32,
  second: u32,
}

// Codes: see decode.ts, which makes sentences of them.
const ENDS_TOKEN = 1u;
const ENDS_LENGTH = 2u;
const ENDS_LITERALS = 3u;
const ENDS_MATCH = 4u;
const TOO_LONG = 5u;
const OFFSET = 6u;
const TOO_SHORT = 7u;

fn chunk_byte(at: u32) -> u32 {
  return (chunks[at >> 2u] >> ((at & 3u) * 8u)) & 0xffu;
}

/// Four bytes from any place.
fn chunk_word(at: u32) -> u32 {
  let shift = (at & 3u) * 8u;
  let low = chunks[at >> 2u];
  if (shift == 0u) { return low; }
  return (low >> shift) | (chunks[(at >> 2u) + 1u] << (32u - shift));
}

/// Word `w` of the result, where the word `edge` may be being written: its value from before is given.
fn block_word(w: u32, edge: u32, edge_value: u32) -> u32 {
  return select(block[w], edge_value, w == edge);
}

/// A length whose nibble is 15: bytes that add up until one is not 255. `at` moves behind them.
/// Leaving as soon as the capacity is exceeded bounds the time, whatever the input says.
fn long_length(at: ptr<function, u32>, start: u32, end: u32, capacity: u32, problem: ptr<function, Problem>) -> u32 {
  var total = 15u;
  loop {
    if (*at >= end) {
      *problem = Problem(ENDS_LENGTH, *at - start, 0u, 0u);
      return 0u;
    }
    let byte = chunk_byte(*at);
    *at += 1u;
    total += byte;
    if (total > capacity) {
      *problem = Problem(TOO_LONG, *at - start, capacity, 0u);
      return 0u;
    }
    if (byte != 255u) { return total; }
  }
  return 0u;
}

/// Puts `value` to word `w`, leaving the bytes before `origin` as `edge_value` holds them.
fn put(w: u32, origin: u32, value: u32, edge_value: u32) {
  if (4u * w >= origin) {
    block[w] = value;
  } else {
    let mask = (1u << ((origin - 4u * w) * 8u)) - 1u;
    block[w] = (edge_value & mask) | (value & ~mask);
  }
}

/// Decodes the bytes `start` to `end` of `chunks` to the first `capacity` bytes of `block`.
fn decompress(start: u32, end: u32, capacity: u32, thread: u32) -> Problem {
  var problem = Problem(0u, 0u, 0u, 0u);
  var i = start;
  var o = 0u;
  loop {
    if (i >= end) { return Problem(ENDS_TOKEN, i - start, 0u, 0u); }
    let token = chunk_byte(i);
    i += 1u;
    var literals = token >> 4u;
    if (literals == 15u) { literals = long_length(&i, start, end, capacity, &problem); }
    if (problem.code != 0u) { return problem; }
    if (literals > end - i) { return Problem(ENDS_LITERALS, i - start, 0u, 0u); }
    if (literals > capacity - o) { return Problem(TOO_LONG, i - start, capacity, 0u); }
    if (literals > 0u) {
      let edge_value = block[o >> 2u];
      workgroupBarrier();
      for (var w = (o >> 2u) + thread; 4u * w < o + literals; w += THREADS) {
        put(w, o, chunk_word(i + 4u * w - o), edge_value);
      }
      workgroupBarrier();
      i += literals;
      o += literals;
    }
    if (i == end) {
      if (o != capacity) { return Problem(TOO_SHORT, 0u, o, capacity); }
      return problem;
    }
    if (end - i < 2u) { return Problem(ENDS_MATCH, i - start, 0u, 0u); }
    let distance = chunk_byte(i) | (chunk_byte(i + 1u) << 8u);
    if (distance == 0u || distance > o) { return Problem(OFFSET, i - start, distance, o); }
    i += 2u;
    var matched = token & 15u;
    if (matched == 15u) { matched = long_length(&i, start, end, capacity, &problem); }
    if (problem.code != 0u) { return problem; }
    matched += 4u;
    if (matched > capacity - o) { return Problem(TOO_LONG, i - start, capacity, 0u); }

    // Every byte comes from before `o`: where the copy overlaps itself, the `distance` bytes there repeat.
    let edge = o >> 2u;
    let edge_value = block[edge];
    workgroupBarrier();
    for (var w = edge + thread; 4u * w < o + matched; w += THREADS) {
      let ahead = max(4u * w, o) - o;
      var value = 0u;
      if (distance == 1u) {
        value = ((block_word((o - 1u) >> 2u, edge, edge_value) >> (((o - 1u) & 3u) * 8u)) & 0xffu) * 0x01010101u;
      } else {
        var step = ahead % distance;
        for (var byte = 0u; byte < 4u; byte++) {
          if (4u * w + byte >= o) {
            let source = o - distance + step;
            value |= ((block_word(source >> 2u, edge, edge_value) >> ((source & 3u) * 8u)) & 0xffu) << (byte * 8u);
            step = select(step + 1u, 0u, step + 1u == distance);
          }
        }
      }
      put(w, o, value, edge_value);
    }
    workgroupBarrier();
    o += matched;
  }
  return problem;
}
