/** All studies, in the order of the report. */
import { reductions } from "./figures/reductions.ts";
import type { Study } from "./section.ts";

export const STUDIES: readonly Study[] = [reductions];
