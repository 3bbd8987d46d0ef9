// What every stage knows of the plan. The layout is written by tables.ts, which names this file.

struct PlanFacts {
  pixels: u32,
  /// words between the frames of a batch
  stride: u32,
  bins: u32,
  cycle: u32,
  /// integers that count: low to high, without gap_low to gap_high
  low: i32,
  high: i32,
  gap_low: i32,
  gap_high: i32,
  slow: u32,
  fast: u32,
  /// 0 azimuthal, 1 Poisson, while clipping and of the result
  clip_model: u32,
  result_model: u32,
  /// the larger of it and Chauvenet's cuts off when clipping
  cutoff: F64,
  /// the norm that one step of a weight stands for
  unit: F64,
  /// radius of the first bin's centre, bins per unit of radius, last centre in bins from the first
  grid_first: F64,
  grid_per_width: F64,
  grid_last: F64,
  cutoff_pick: F64,
  cutoff_peak: F64,
  noise: F64,
  /// floats that count: low to high, without those within delta of dummy (none when delta is negative)
  float_low: F64,
  float_high: F64,
  float_dummy: F64,
  float_delta: F64,
  /// edge of the patch and fewest pixels above the cut-off
  patch_size: u32,
  connected: u32,
  /// blocks of BLOCK pixels a frame has
  blocks: u32,
  /// kept pixels that the batch has room for
  room: u32,
  // The same once more in f32, for the tests that decide nearly all pixels.
  /// first centre as the sum of two
  quick_first: vec2<f32>,
  quick_per_width: f32,
  quick_last: f32,
  quick_cutoffs: vec2<f32>,
  quick_noise: f32,
  quick_unit: f32,
}

/// Pixels that a workgroup of the raster stages takes: 256 words of the bit maps.
const BLOCK = 8192u;

// A frame's words of the profile: mean, std, sem (doubles of all bins), then mean, std (f32), count, pixels of all bins.
const PROFILE_WORDS = 10u;
