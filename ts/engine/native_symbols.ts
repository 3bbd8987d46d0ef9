/** The functions of the native library (`core-rs/native`): their parameters and results. */

/** Version of the C face that these are of: `ABI` of core-rs/native/src/lib.rs. */
export const ABI = 7;

const OUTPUT = ["pointer", "buffer", "usize", "buffer"] as const;
const PLAN_NEW = [
  ...["buffer", "usize", "buffer", "usize", "buffer", "usize", "buffer", "usize", "buffer", "buffer"] as const,
] as const;
const PACK = ["buffer", "usize", "usize", "i32", "buffer", "usize", "buffer", "buffer"] as const;
const DENSIFIER_NEW = ["buffer", "usize", "buffer", "usize", "buffer", "usize", "buffer", "buffer"] as const;
const DENSIFIER_FRAME = [
  ...["pointer", "buffer", "buffer", "usize", "buffer", "usize", "buffer", "usize"] as const,
  ...["f64", "u64", "u32", "u32", "buffer", "usize", "buffer"] as const,
] as const;
/** The functions, by the names that they are called by here. */
export const SYMBOLS = {
  bs_abi_version: { parameters: [], result: "u32" },
  bs_sources: { parameters: [], result: "pointer" },
  bs_plan_new: { parameters: PLAN_NEW, result: "i32" },
  // On a thread of Deno's own: the calling one goes on.
  bs_plan_prepare: { name: "bs_plan_new", parameters: PLAN_NEW, result: "i32", nonblocking: true },
  bs_plan_fork: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  bs_plan_free: { parameters: ["pointer"], result: "void" },
  bs_plan_load: { parameters: ["pointer", "buffer", "usize", "buffer", "usize", "buffer"], result: "i32" },
  bs_plan_process: {
    parameters: [
      ...["pointer", "buffer", "usize", "buffer", "usize", "u32"] as const,
      ...["buffer", "usize", "buffer", "usize", "buffer", "usize", "buffer"] as const,
    ],
    result: "i32",
    nonblocking: true,
  },
  bs_plan_facts: { parameters: OUTPUT, result: "i32" },
  bs_plan_integrate: { parameters: OUTPUT, result: "i32" },
  bs_plan_clip: { parameters: OUTPUT, result: "i32" },
  bs_plan_invalid: { parameters: OUTPUT, result: "i32" },
  bs_plan_background: { parameters: OUTPUT, result: "i32" },
  bs_plan_pick: { parameters: OUTPUT, result: "i32" },
  bs_plan_peaks: { parameters: OUTPUT, result: "i32" },
  bs_plan_radius: { parameters: OUTPUT, result: "i32" },
  bs_plan_normalization: { parameters: OUTPUT, result: "i32" },
  bs_plan_centres: { parameters: OUTPUT, result: "i32" },
  bs_plan_ring_shares: { parameters: ["pointer", "u32", "buffer", "usize", "buffer"], result: "i32" },
  bs_plan_pack_map: {
    parameters: [
      ...["pointer", "u32", "usize", "usize", "usize", "f32", "f32", "i32"] as const,
      ...["buffer", "usize", "buffer", "buffer"] as const,
    ],
    result: "i32",
    nonblocking: true,
  },
  bs_pack_bound: { parameters: ["usize"], result: "usize" },
  bs_pack_bitshuffle_zstd: { parameters: PACK, result: "i32", nonblocking: true },
  bs_encode_bitshuffle_zstd: { name: "bs_pack_bitshuffle_zstd", parameters: PACK, result: "i32" },
  bs_crc32: { parameters: ["buffer", "usize", "buffer", "buffer"], result: "i32" },
  bs_count_masked: { parameters: ["buffer", "usize", "buffer", "buffer"], result: "i32" },
  bs_all_below: { parameters: ["buffer", "usize", "usize", "buffer", "buffer"], result: "i32" },
  bs_rises: { parameters: ["buffer", "usize", "buffer", "buffer"], result: "i32" },
  bs_narrowed: { parameters: ["buffer", "usize", "buffer", "usize", "buffer", "buffer"], result: "i32" },
  bs_count_nan: { parameters: ["buffer", "usize", "buffer", "buffer"], result: "i32" },
  bs_frame_marks: {
    parameters: [
      ...["buffer", "usize", "buffer", "usize", "buffer", "usize"] as const,
      ...["u32", "buffer", "usize", "buffer"] as const,
    ],
    result: "i32",
  },
  bs_united_mask: { parameters: ["buffer", "usize", "buffer", "usize", "buffer"], result: "i32" },
  bs_nonzero_mask: { parameters: ["buffer", "usize", "usize", "u32", "buffer", "usize", "buffer"], result: "i32" },
  bs_decode_mask: {
    parameters: ["buffer", "usize", "buffer", "usize", "usize", "u32", "buffer", "usize", "buffer"],
    result: "i32",
  },
  bs_nan_mask: { parameters: ["buffer", "usize", "buffer", "usize", "buffer"], result: "i32" },
  bs_decode_chunk: {
    parameters: ["buffer", "usize", "buffer", "usize", "usize", "buffer", "usize", "buffer"],
    result: "i32",
  },
  bs_unpack_chunk: {
    name: "bs_decode_chunk",
    parameters: ["buffer", "usize", "buffer", "usize", "usize", "buffer", "usize", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  bs_encode_mask: { parameters: ["buffer", "usize", "buffer", "usize", "buffer", "buffer"], result: "i32" },
  bs_encode_bound: { parameters: ["usize", "usize"], result: "usize" },
  bs_encode_bitshuffle_lz4: {
    parameters: ["buffer", "usize", "usize", "buffer", "usize", "buffer", "buffer"],
    result: "i32",
  },
  bs_narrow_bound: { parameters: ["usize"], result: "usize" },
  bs_narrow: {
    parameters: ["buffer", "usize", "usize", "buffer", "usize", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  bs_densifier_new: { parameters: DENSIFIER_NEW, result: "i32" },
  bs_densifier_prepare: {
    name: "bs_densifier_new",
    parameters: DENSIFIER_NEW,
    result: "i32",
    nonblocking: true,
  },
  bs_densifier_fork: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  bs_densifier_free: { parameters: ["pointer"], result: "void" },
  bs_densifier_frame: { parameters: DENSIFIER_FRAME, result: "i32" },
  bs_densifier_encode: { name: "bs_densifier_frame", parameters: DENSIFIER_FRAME, result: "i32", nonblocking: true },
} as const;
