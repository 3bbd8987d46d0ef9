/** All studies, in the order of the report. */
import { compression } from "./figures/compression.ts";
import { engines } from "./figures/engines.ts";
import { errorModels } from "./figures/error_models.ts";
import { parity } from "./figures/parity.ts";
import { peaks } from "./figures/peaks.ts";
import { predecessor } from "./figures/predecessor.ts";
import { reductions } from "./figures/reductions.ts";
import { roundTrip } from "./figures/round_trip.ts";
import type { Study } from "./section.ts";

export const STUDIES: readonly Study[] = [
  reductions,
  engines,
  errorModels,
  predecessor,
  roundTrip,
  compression,
  peaks,
  parity,
];
