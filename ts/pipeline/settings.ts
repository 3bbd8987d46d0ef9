/** The settings of a plan, completed with their defaults and checked in one place for the library and the command line alike. */
import { DEFAULT_SETTINGS, ERROR_MODELS, type PlanSettings, UNITS } from "../engine/engine.ts";
import { UsageError } from "../errors.ts";

interface Range {
  readonly low: number;
  readonly high: number;
  readonly whole?: boolean;
}

const RANGES: Partial<Record<keyof PlanSettings, Range>> = {
  bins: { low: 1, high: 65_536, whole: true },
  cutoffClip: { low: 0, high: 1e6 },
  cycle: { low: 0, high: 10_000, whole: true },
  cutoffPick: { low: 0, high: 1e6 },
  noise: { low: 0, high: 1e9 },
  cutoffPeak: { low: 0, high: 1e6 },
  connected: { low: 1, high: 25, whole: true },
  polarizationFactor: { low: -1, high: 1 },
  deltaDummy: { low: 0, high: Infinity },
};

/** The option of the command line that sets a setting: cutoffPick is --cutoff-pick. */
function optionOf(name: string): string {
  return name === "polarizationFactor" ? "--polarization" : `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
}

/** The settings with defaults filled in. Throws UsageError, naming the option, for values that cannot be meant. */
export function completeSettings(given: Partial<PlanSettings>): PlanSettings {
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const settings: PlanSettings = { ...DEFAULT_SETTINGS, ...stated };
  for (const [name, range] of Object.entries(RANGES)) {
    const value = settings[name as keyof PlanSettings];
    if (value === undefined) continue;
    const fits = typeof value === "number" && value >= range.low && value <= range.high;
    if (fits && (!range.whole || Number.isInteger(value))) continue;
    const bounds = range.high === Infinity ? `of ${range.low} or more` : `from ${range.low} to ${range.high}`;
    throw new UsageError(`${optionOf(name)} must be a ${range.whole ? "whole " : ""}number ${bounds}, not ${value}`);
  }
  oneOf("--unit", settings.unit, UNITS);
  oneOf("--error-model", settings.errorModel, ERROR_MODELS);
  oneOf("--patch-size", settings.patchSize, [3, 5]);
  if (settings.connected > settings.patchSize ** 2) {
    throw new UsageError(
      `--connected ${settings.connected} is more than a patch of ${settings.patchSize ** 2} pixels has`,
    );
  }
  if (settings.deltaDummy !== undefined && settings.dummy === undefined) {
    throw new UsageError("--delta-dummy needs --dummy");
  }
  return settings;
}

function oneOf(option: string, value: string | number, choices: readonly (string | number)[]): void {
  if (!choices.includes(value)) throw new UsageError(`${option} must be one of ${choices.join(", ")}, not ${value}`);
}
