/**
 * Common detectors as data: pixel size, shape, and the gaps between modules. Shapes and gaps are the makers' figures
 * (DECTRIS user manuals, PSI JUNGFRAU, Rayonix data sheets); names are matched like pyFAI's.
 */

/** One detector model. */
export interface Detector {
  /** as pyFAI writes it */
  readonly name: string;
  /** [slow, fast] in pixels, as the frames are stored */
  readonly shape: readonly [number, number];
  /** side of the square pixel, m */
  readonly pixel: number;
  /** modules of `size` pixels [slow, fast] with `gap` pixels between them; absent: one piece */
  readonly modules?: { readonly size: readonly [number, number]; readonly gap: readonly [number, number] };
  /** columns of each module that measure nothing (the seam between the two CdTe crystals) */
  readonly seam?: readonly number[];
}

type Pair = readonly [number, number];
type Family = {
  readonly pixel: number;
  readonly size: Pair;
  readonly gap: Pair;
  readonly seam?: readonly number[];
  /** model → modules [down, across] */
  readonly models: Readonly<Record<string, Pair>>;
};

const FAMILIES: Readonly<Record<string, Family>> = {
  "Pilatus": {
    pixel: 172e-6,
    size: [195, 487],
    gap: [17, 7],
    models: {
      "100k": [1, 1],
      "200k": [2, 1],
      "300k": [3, 1],
      "300kw": [1, 3],
      "900k": [3, 3],
      "1M": [5, 2],
      "2M": [8, 3],
      "6M": [12, 5],
    },
  },
  "Pilatus CdTe": {
    pixel: 172e-6,
    size: [195, 487],
    gap: [17, 7],
    seam: [242, 243, 244],
    models: { "300k": [3, 1], "300kw": [1, 3], "900kw": [1, 9], "1M": [5, 2], "2M": [8, 3] },
  },
  "Pilatus4": {
    pixel: 150e-6,
    size: [255, 513],
    gap: [20, 7],
    models: { "260k": [2, 1], "260kw": [1, 2], "1M": [4, 2], "2M": [6, 3], "4M": [8, 4] },
  },
  "Pilatus4 CdTe": {
    pixel: 150e-6,
    size: [255, 513],
    gap: [20, 7],
    seam: [256],
    models: { "260k": [2, 1], "260kw": [1, 2], "1M": [4, 2], "2M": [6, 3], "4M": [8, 4] },
  },
  "Eiger": {
    pixel: 75e-6,
    size: [514, 1030],
    gap: [37, 10],
    models: { "500k": [1, 1], "1M": [2, 1], "4M": [4, 2], "9M": [6, 3], "16M": [8, 4] },
  },
  "Eiger2": {
    pixel: 75e-6,
    size: [512, 1028],
    gap: [38, 12],
    models: { "500k": [1, 1], "1M": [2, 1], "1MW": [1, 2], "2MW": [1, 4], "4M": [4, 2], "9M": [6, 3], "16M": [8, 4] },
  },
  "Eiger2 CdTe": {
    pixel: 75e-6,
    size: [512, 1028],
    gap: [38, 12],
    seam: [513, 514],
    models: { "500k": [1, 1], "1M": [2, 1], "1MW": [1, 2], "2MW": [1, 4], "4M": [4, 2], "9M": [6, 3], "16M": [8, 4] },
  },
  // As the facilities store it: assembled, with the wide pixels between chips counted twice.
  "Jungfrau": { pixel: 75e-6, size: [514, 1030], gap: [36, 8], models: { "1M": [2, 1], "4M": [4, 2] } },
};

/** Detectors that are one piece, or that fit no family. */
const SINGLES: readonly Detector[] = [
  { name: "Eiger2 250k", shape: [512, 512], pixel: 75e-6 },
  { name: "Jungfrau 500k", shape: [512, 1024], pixel: 75e-6 },
  { name: "Rayonix MX170", shape: [3840, 3840], pixel: 44.2708e-6 },
  { name: "Rayonix LX170", shape: [1920, 3840], pixel: 44.2708e-6 },
  { name: "Rayonix LX255", shape: [1920, 5760], pixel: 44.2708e-6 },
];

/** A name without what varies: case, spaces, punctuation, maker, silicon; "cdte" comes last. */
function normalized(name: string): string {
  let text = name.toLowerCase().replace(/dectris|\b(si|x|r|s|f|hs)\b/g, " ").replace(/[^a-z0-9]/g, "");
  text = text.replace(/^(eiger2?)x(?=\d)/, "$1").replace(/^jf(?=\d)/, "jungfrau").replace(/(?<=\d)hs$/, "");
  return text.includes("cdte") ? text.replace("cdte", "") + "cdte" : text;
}

function buildTable(): Map<string, Detector> {
  const table = new Map<string, Detector>();
  for (const [family, { pixel, size, gap, seam, models }] of Object.entries(FAMILIES)) {
    for (const [model, [down, across]] of Object.entries(models)) {
      const shape = [down * size[0] + (down - 1) * gap[0], across * size[1] + (across - 1) * gap[1]] as const;
      const name = `${family} ${model}`;
      table.set(normalized(name), { name, shape, pixel, modules: { size, gap }, seam });
    }
  }
  for (const detector of SINGLES) table.set(normalized(detector.name), detector);
  return table;
}

/** The known detectors, by normalized name. */
export const detectors: ReadonlyMap<string, Detector> = buildTable();

/** The detector of this name ("Pilatus6M", "Pilatus 6M", "PILATUS3 6M", "eiger_4m"), or undefined when none is known. */
export function findDetector(name: string): Detector | undefined {
  const key = normalized(name);
  // PILATUS3 has the modules of its predecessors; "pilatus300k" must not lose its 3 before the table was asked.
  return detectors.get(key) ?? detectors.get(key.replace(/^pilatus[23]/, "pilatus"));
}

/** Whether a detector of this name counts photons one by one, so that a negative value only marks a pixel. */
export function countsPhotons(name: string): boolean {
  return /^(pilatus|eiger)/.test(normalized(name));
}

/** The gaps between modules and the seams in them: 1 = masked, one byte per pixel; undefined when there are none. */
export function gapMask(detector: Detector): Uint8Array | undefined {
  const { shape: [slow, fast], modules, seam } = detector;
  if (!modules) return undefined;
  const { size, gap } = modules;
  if (size[0] === slow && size[1] === fast && !seam) return undefined;
  const mask = new Uint8Array(slow * fast);
  // One row of a module line serves as the pattern of all of them.
  const row = new Uint8Array(fast).fill(1);
  for (let start = 0; start < fast; start += size[1] + gap[1]) {
    row.fill(0, start, start + size[1]);
    for (const column of seam ?? []) row[start + column] = 1;
  }
  for (let start = 0; start < slow; start += size[0] + gap[0]) {
    const end = Math.min(start + size[0], slow);
    for (let line = start; line < end; line++) mask.set(row, line * fast);
    mask.fill(1, end * fast, (end + gap[0]) * fast);
  }
  return mask;
}
