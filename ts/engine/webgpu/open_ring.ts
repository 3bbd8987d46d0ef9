/** A ring with a device of its own: how every feeder begins, and begins again. */
import type { PlanInput } from "../engine.ts";
import { Device } from "./device.ts";
import type { OpenRing } from "./feeder.ts";
import { prove } from "./proof.ts";
import { Ring, type RingOptions } from "./ring.ts";

/** Opens a device, proves its arithmetic, and makes a ring on it. Rejects where one of them fails. */
export async function openRing(input: PlanInput, options: RingOptions): Promise<OpenRing> {
  const device = await Device.open();
  prove(device); // closes it where it fails
  try {
    const ring = await Ring.open(device, input, options);
    const close = () => {
      ring.close();
      device.close();
    };
    return { ring, close };
  } catch (error) {
    device.close();
    throw error;
  }
}
