// What the clip stages leave of a bin. The including stage declares `bin_sums`; reduce.wgsl reads it.

/// Writes the sums of a bin, the pixels that counted, and whether the sums are final.
fn put_sums(frame: u32, bin: u32, sums: Sums, valid: u32, final_: bool) {
  let at = (frame * facts.bins + bin) * SUMS_WORDS;
  bin_sums[at] = u32(final_);
  bin_sums[at + 1u] = valid;
  bin_sums[at + 2u] = sums.count;
  for (var i = 0u; i < 2u; i++) {
    bin_sums[at + 3u + i] = sums.signal[i];
    bin_sums[at + 5u + i] = sums.weight[i];
    bin_sums[at + 7u + i] = sums.variance[i];
  }
  for (var i = 0u; i < 4u; i++) {
    bin_sums[at + 9u + i] = sums.signal2[i];
    bin_sums[at + 13u + i] = sums.cross[i];
    bin_sums[at + 17u + i] = sums.weight2[i];
  }
}
