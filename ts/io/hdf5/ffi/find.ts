import type { Backend } from "../backend.ts";
export function findLibhdf5(): { backend?: Backend; complaint?: string } {
  return {};
}
