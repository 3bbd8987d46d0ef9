/**
 * The GPU as this engine sees it: an adapter, one device with the adapter's own limits, the pipelines made on it, and
 * results read back without waiting for the event loop.
 *
 * A plan's calls return results, not promises. Deno maps a buffer inside `mapAsync` and only its promise comes late
 * (by 10 ms), so a range may be taken at once, from a buffer that has been through one whole cycle. `openDevice`
 * proves that before anything relies on it.
 */
import { messageOf, UsageError } from "../../errors.ts";

/** Bytes that one copy to the readback buffer takes. */
const READBACK = 1 << 22;

/** How a stage's buffers are bound: uniform, read only or written. */
export type Binding = "uniform" | "read" | "write";

/** A pipeline and the layout of its buffers. */
export interface Stage {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** One device. `close` destroys it: no worker may end without. */
export class Device {
  readonly info: GPUAdapterInfo;
  readonly #stages = new Map<string, Stage>();
  readonly #readback: GPUBuffer;
  #problem: string | undefined;

  private constructor(readonly gpu: GPUDevice, adapter: GPUAdapter) {
    this.info = adapter.info;
    this.#readback = gpu.createBuffer({ size: READBACK, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    gpu.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#problem ??= (event as GPUUncapturedErrorEvent).error.message;
    });
    void gpu.lost.then(({ message }) => this.#problem ??= `the GPU device was lost: ${message}`);
  }

  /** UsageError where there is no adapter or Deno does not read back as this engine needs it. */
  static async open(): Promise<Device> {
    const adapter = await findAdapter();
    const wanted = [
      "maxBufferSize",
      "maxStorageBufferBindingSize",
      "maxStorageBuffersPerShaderStage",
      "maxComputeWorkgroupStorageSize",
    ] as const;
    const gpu = await adapter.requestDevice({
      requiredLimits: Object.fromEntries(wanted.map((name) => [name, adapter.limits[name]])),
      requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query"] : [],
    });
    const device = new Device(gpu, adapter);
    await device.#readback.mapAsync(GPUMapMode.READ);
    device.#readback.unmap();
    device.#proveReadback();
    return device;
  }

  #proveReadback(): void {
    const source = this.buffer(16, GPUBufferUsage.STORAGE);
    for (const value of [3, 5]) {
      this.gpu.queue.writeBuffer(source, 0, new Uint32Array(4).fill(value));
      let found: string | number;
      try {
        found = new Uint32Array(this.read(source, 0, 16).buffer)[3];
      } catch (error) {
        found = messageOf(error);
      }
      if (found !== value) {
        this.close();
        throw new UsageError(`the WebGPU engine cannot read results at once in this version of Deno (${found})`);
      }
    }
    source.destroy();
  }

  /** A buffer that may also be copied to and from. */
  buffer(size: number, usage: number): GPUBuffer {
    const bytes = Math.max(16, Math.ceil(size / 16) * 16);
    if (bytes > this.gpu.limits.maxStorageBufferBindingSize) {
      throw new Error(
        `the GPU binds ${this.gpu.limits.maxStorageBufferBindingSize} bytes at most and ${bytes} are needed; take another engine`,
      );
    }
    return this.gpu.createBuffer({ size: bytes, usage: usage | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC });
  }

  /** A storage buffer that holds `data`. */
  upload(data: Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array): GPUBuffer {
    const buffer = this.buffer(data.byteLength, GPUBufferUsage.STORAGE);
    this.write(buffer, 0, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return buffer;
  }

  /** Writes bytes; a length that is no multiple of four is padded with zeros. */
  write(buffer: GPUBuffer, offset: number, bytes: Uint8Array): void {
    const whole = bytes.byteLength & ~3;
    if (whole > 0) this.gpu.queue.writeBuffer(buffer, offset, bytes as BufferSource, 0, whole);
    if (whole < bytes.byteLength) {
      const rest = new Uint8Array(4);
      rest.set(bytes.subarray(whole));
      this.gpu.queue.writeBuffer(buffer, offset + whole, rest);
    }
  }

  /** The stage of that key, made once. `code` is called only then. */
  stage(key: string, entryPoint: string, bindings: readonly Binding[], code: () => string): Stage {
    const known = this.#stages.get(key);
    if (known) return known;
    const layout = this.gpu.createBindGroupLayout({
      entries: bindings.map((binding, at) => ({
        binding: at,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: ({ uniform: "uniform", read: "read-only-storage", write: "storage" } as const)[binding] },
      })),
    });
    const module = this.gpu.createShaderModule({ code: code(), label: key });
    const pipeline = this.gpu.createComputePipeline({
      label: key,
      layout: this.gpu.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint },
    });
    const stage = { pipeline, layout };
    this.#stages.set(key, stage);
    return stage;
  }

  /** Buffers bound to a stage, in the order of its bindings. */
  bind({ layout }: Stage, buffers: readonly GPUBuffer[]): GPUBindGroup {
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    return this.gpu.createBindGroup({ layout, entries });
  }

  /** Bytes of a buffer, as a copy, after all work submitted so far. Offset and size are multiples of four. */
  read(source: GPUBuffer, offset: number, size: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(size);
    for (let done = 0; done < size; done += READBACK) {
      const part = Math.min(READBACK, size - done);
      const encoder = this.gpu.createCommandEncoder();
      encoder.copyBufferToBuffer(source, offset + done, this.#readback, 0, part);
      this.gpu.queue.submit([encoder.finish()]);
      // Its promise comes 10 ms after the buffer is mapped; see above.
      this.#readback.mapAsync(GPUMapMode.READ, 0, part).catch(() => {});
      bytes.set(new Uint8Array(this.#readback.getMappedRange(0, part)), done);
      this.#readback.unmap();
    }
    return bytes;
  }

  /** Throws what the device has complained of since it was opened. */
  check(): void {
    if (this.#problem !== undefined) throw new Error(`the WebGPU engine failed: ${this.#problem}`);
  }

  close(): void {
    this.#readback.destroy();
    this.gpu.destroy();
  }
}

/** The adapter that this engine takes; UsageError where there is none. */
export async function findAdapter(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw new UsageError(
      "there is no WebGPU adapter: install a Vulkan driver (Mesa's software one: mesa-vulkan-drivers libvulkan1) or take another engine",
    );
  }
  return adapter;
}
