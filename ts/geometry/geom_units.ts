/** Lengths and energies of CrystFEL geometry files, in SI units. */
import { InputError } from "../errors.ts";

/** Planck's constant times the speed of light, eV·m (CODATA 2018, exact). */
export const HC = 1.239841984332003e-6;

const LENGTHS: Readonly<Record<string, number>> = { "": 1, m: 1, mm: 1e-3, cm: 1e-2, um: 1e-6, nm: 1e-9, a: 1e-10 };
const ENERGIES: Readonly<Record<string, number>> = { "": 1, ev: 1, kev: 1e3, mev: 1e6 };

function quantity(text: string, units: Readonly<Record<string, number>>, file: string, place: string): number {
  const [value, unit = ""] = text.split(/\s+/);
  const factor = units[unit.toLowerCase()];
  const number = Number(value) * (factor ?? NaN);
  if (value !== "" && Number.isFinite(number) && number > 0) return number;
  throw new InputError(
    `"${text}" is not a positive number with one of the units ${Object.keys(units).join(" ").trim()}`,
    {
      file,
      place,
      remedy: "correct the line",
    },
  );
}

/** True for a value that is the path of a dataset, which differs from frame to frame. */
export function isDataPath(text: string): boolean {
  return text.startsWith("/");
}

/** A length in m. Throws InputError naming `place`. */
export function parseLength(text: string, file: string, place: string): number {
  return quantity(text, LENGTHS, file, place);
}

/** The wavelength in m of a photon energy. Throws InputError naming `place`. */
export function parseEnergy(text: string, file: string, place: string): number {
  return HC / quantity(text, ENERGIES, file, place);
}
