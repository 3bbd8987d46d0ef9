/** All studies, in the order of the report. */
import { engines } from "./figures/engines.ts";
import { reductions } from "./figures/reductions.ts";
import type { Study } from "./section.ts";

export const STUDIES: readonly Study[] = [reductions, engines];
