/**
 * What a run has done so far, beside its unfinished output, so that a run that was killed can go on: a file of records
 * that is only ever appended to. A record that was cut short, or is damaged, ends it.
 *
 * A record is a packed size and a CRC-32 (each 4 bytes, little-endian), then the value as `node:v8` serializes it, in
 * Zstandard. The first says which run it is, the others hold the results of neighbouring frames. HDF5 files cannot be
 * trusted for this: one whose program was killed while it wrote metadata may not open any more.
 */
import { v8, zlib } from "../builtins.ts";
import { crc32 } from "../engine/packing.ts";
import { messageOf, OutputError } from "../errors.ts";

const HEAD = 8;
/** Results are put on disk after this many seconds at the latest: what a killed run may lose. */
const SECONDS = 0.5;
/** Or after this many bytes. */
const BYTES = 32 * 2 ** 20;
/** Larger records were never written. */
const MOST_BYTES = 2 ** 31;

/** The values of a file of records, and where the last good one ends. */
function* recordsOf(file: Deno.FsFile, size: number): Generator<unknown> {
  const head = new Uint8Array(HEAD);
  const [length, checksum] = [
    () => new DataView(head.buffer).getUint32(0, true),
    () => new DataView(head.buffer).getUint32(4, true),
  ];
  for (let place = 0; place + HEAD <= size;) {
    if (!readFull(file, head) || length() > MOST_BYTES || place + HEAD + length() > size) return;
    const packed = new Uint8Array(length());
    if (!readFull(file, packed) || crc32(packed) !== checksum()) return;
    place += HEAD + packed.length;
    yield v8().deserialize(zlib().zstdDecompressSync(packed));
  }
}

function readFull(file: Deno.FsFile, room: Uint8Array): boolean {
  for (let done = 0; done < room.length;) {
    const count = file.readSync(room.subarray(done));
    if (!count) return false;
    done += count;
  }
  return true;
}

/** A journal that an earlier run left. While it is open, no other run takes it. */
export interface EarlierRun<E> {
  readonly path: string;
  /** what the run was */
  readonly identity: unknown;
  readonly frames: number;
  /** The results of its frames, in order; may be asked for once. */
  entries(): Generator<E>;
  close(): void;
}

/** Whether no run writes the journal any more. */
export function isLeft(path: string): boolean {
  try {
    using file = Deno.openSync(path, { read: true, write: true });
    return file.tryLockSync(true);
  } catch {
    return false; // gone meanwhile
  }
}

/** Opens a journal. Undefined when another run still writes it, or it does not even say which run it is of. */
export function openJournal<E>(path: string): EarlierRun<E> | undefined {
  const file = Deno.openSync(path, { read: true, write: true });
  if (!file.tryLockSync(true)) {
    file.close();
    return undefined;
  }
  const { size } = file.statSync();
  let identity: unknown;
  let frames = 0;
  for (const value of recordsOf(file, size)) {
    if (identity === undefined) identity = value;
    else frames += (value as E[]).length;
  }
  if (identity === undefined) {
    file.close();
    return undefined;
  }
  return {
    path,
    identity,
    frames,
    *entries() {
      file.seekSync(0, Deno.SeekMode.Start);
      const records = recordsOf(file, size);
      records.next();
      for (const batch of records) yield* batch as E[];
    },
    close: () => file.close(),
  };
}

/** A value as a record holds it. */
function packed(value: unknown): Promise<Uint8Array> {
  const { constants, zstdCompress } = zlib();
  const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
  return new Promise((resolve, reject) => {
    zstdCompress(v8().serialize(value), options, (error, bytes) => error ? reject(error) : resolve(bytes));
  });
}

/** A journal being written; entries are results of frames, in order. */
export class Journal<E> {
  readonly #file: Deno.FsFile;
  #entries: E[] = [];
  #bytes = 0;
  /** when the first of the entries came */
  #since = 0;
  #writing = Promise.resolve();
  #begun = false;
  #frames = 0;

  /** Creates the file, which must not be there yet; asks for the identity when there is a use for it. Throws OutputError. */
  constructor(readonly path: string, private readonly identity: () => unknown) {
    try {
      this.#file = Deno.openSync(path, { write: true, createNew: true });
      this.#file.lockSync(true);
    } catch (cause) {
      throw new OutputError(`cannot be written: ${messageOf(cause)}`, path, undefined, { cause });
    }
  }

  /** Frames whose results are on disk. */
  get frames(): number {
    return this.#frames;
  }

  /** Adds the result of the next frame, of about `bytes` bytes; now and then waits for the disk. Rejects with OutputError. */
  async add(entry: E, bytes: number): Promise<void> {
    // Nothing can be lost before there is something.
    if (this.#entries.length === 0) this.#since = performance.now();
    this.#entries.push(entry);
    this.#bytes += bytes;
    if (this.#bytes >= BYTES || performance.now() - this.#since >= 1000 * SECONDS) await this.#flush();
  }

  /**
   * Puts what is left on disk, as far as that works, and ends the journal. `complete`: the output is, so that nobody
   * needs what is left.
   */
  async close(complete = false): Promise<void> {
    try {
      if (!complete) await this.#flush();
      await this.#writing;
    } catch { /* what could not be written is lost; the run's own error tells why */ }
    this.#file.close();
  }

  /** Starts to write what has come; waits for what was written before, so that little is held. */
  async #flush(): Promise<void> {
    await this.#writing;
    const entries = this.#entries;
    this.#entries = [];
    this.#bytes = 0;
    if (entries.length === 0) return;
    this.#writing = this.#put(entries);
    // Told when the next one is written, or at the end.
    this.#writing.catch(() => {});
  }

  /** The first ones come behind the identity: a run that is over before has no use for it. */
  async #put(entries: readonly E[]): Promise<void> {
    if (!this.#begun) await this.#record(this.identity());
    this.#begun = true;
    await this.#record(entries);
    this.#frames += entries.length;
  }

  async #record(value: unknown): Promise<void> {
    const bytes = await packed(value);
    const record = new Uint8Array(HEAD + bytes.length);
    const view = new DataView(record.buffer);
    view.setUint32(0, bytes.length, true);
    view.setUint32(4, crc32(bytes), true);
    record.set(bytes, HEAD);
    try {
      for (let done = 0; done < record.length;) done += await this.#file.write(record.subarray(done));
    } catch (cause) {
      throw new OutputError(`cannot be written: ${messageOf(cause)}`, this.path, undefined, { cause });
    }
  }
}
