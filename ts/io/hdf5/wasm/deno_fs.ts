/**
 * The host's files inside an Emscripten module: every path outside /proc is the host's path, read and written in place
 * through Deno's synchronous calls, so that a file of any size is never loaded as a whole and HDF5's external links,
 * relative or absolute, find their files.
 *
 * Only what a library of regular files needs is here; sockets, symbolic links (they are followed) and permissions are
 * not. See Emscripten's documentation, "File System API", for the interface of nodes and streams.
 */

/** What this file system uses of Emscripten's `FS`. */
export interface EmscriptenFS {
  root: FSNode;
  ErrnoError: new (errno: number) => Error;
  FSNode: new (parent: FSNode, name: string, mode: number, dev: number) => FSNode;
  /** makes a node that later look-ups find without asking its parent */
  createNode(parent: FSNode, name: string, mode: number, dev: number): FSNode;
  destroyNode(node: FSNode): void;
  lookupPath(path: string): { node: FSNode };
  getPath(node: FSNode): string;
  rmdir(path: string): void;
  mkdirTree(path: string): void;
  writeFile(path: string, data: Uint8Array): void;
  streams: (FSStream | null)[];
}

/** A node of Emscripten's directory tree. */
export interface FSNode {
  id: number;
  name: string;
  mode: number;
  node_ops: NodeOps;
  stream_ops: StreamOps;
}

/** An open file of Emscripten. */
export interface FSStream {
  node: FSNode;
  flags: number;
  position: number;
  stream_ops: StreamOps;
  /** ours */
  file?: Deno.FsFile;
  /** where the operating system's file pointer stands */
  place?: number;
}

interface Attributes {
  size?: number;
}

interface NodeOps {
  getattr?(node: FSNode): object;
  setattr?(node: FSNode, attributes: Attributes): void;
  lookup?(parent: FSNode, name: string): FSNode;
  mknod?(parent: FSNode, name: string, mode: number, dev: number): FSNode;
  unlink?(parent: FSNode, name: string): void;
}

interface StreamOps {
  open?(stream: FSStream): void;
  close?(stream: FSStream): void;
  read?(stream: FSStream, heap: ArrayBufferView, offset: number, length: number, position: number): number;
  write?(stream: FSStream, heap: ArrayBufferView, offset: number, length: number, position: number): number;
  llseek?(stream: FSStream, offset: number, whence: number): number;
  getattr?(stream: FSStream): object;
  setattr?(stream: FSStream, attributes: Attributes): void;
}

/** Emscripten numbers its errors as WASI does. */
const ERRNO = { access: 2, exists: 20, invalid: 28, io: 29, isDirectory: 31, missing: 44, full: 51, notDirectory: 54 };
const FILE_MODE = 0o100666;
const DIRECTORY_MODE = 0o40777;
const ACCESS_BITS = 3;
const READ_ONLY = 0;
const WRITE_ONLY = 1;

/** The host's files as seen by one module. */
export interface HostFiles {
  /** The module's path of a host path; makes its folders known without looking at them, which needs no permission. */
  path(absolute: string): string;
  /** The last failure that the host reported, or undefined; reading it clears it. */
  takeFailure(): Error | undefined;
}

/** Puts the host's files into `fs`, whose own folders /tmp and /home give way to the host's. */
export function mountHost(fs: EmscriptenFS): HostFiles {
  let failure: Error | undefined;
  /** folders that the module knows, by path */
  const directories = new Map<string, FSNode>();

  /** Runs a call of the host, turning its exceptions into the module's error numbers. */
  function host<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const errno = errnoOf(error);
      if (errno !== ERRNO.missing) failure = error;
      throw new fs.ErrnoError(errno);
    }
  }

  /** A node for one look-up. It is not remembered: the host's files come, go and are renamed. */
  function freshNode(parent: FSNode, name: string, directory: boolean): FSNode {
    const node = new fs.FSNode(parent, name, directory ? DIRECTORY_MODE : FILE_MODE, 0);
    node.node_ops = directory ? directoryOps : fileOps;
    node.stream_ops = directory ? {} : streamOps;
    return node;
  }

  /** A folder that is known from now on, without looking at it. */
  function knownFolder(parent: FSNode, path: string, name: string): FSNode {
    const node = fs.createNode(parent, name, DIRECTORY_MODE, 0);
    node.node_ops = directoryOps;
    node.stream_ops = {};
    directories.set(path, node);
    return node;
  }

  const realPath = (node: FSNode) => hostPath(fs.getPath(node));
  const child = (parent: FSNode, name: string) => hostPath(`${fs.getPath(parent).replace(/\/$/, "")}/${name}`);

  const fileOps: NodeOps = {
    getattr: (node) => attributesOf(host(() => Deno.statSync(realPath(node))), node.id),
    setattr(node, { size }) {
      if (size !== undefined) host(() => Deno.truncateSync(realPath(node), size));
    },
  };

  const directoryOps: NodeOps = {
    getattr: fileOps.getattr,
    setattr() {},
    lookup: (parent, name) => freshNode(parent, name, host(() => Deno.statSync(child(parent, name))).isDirectory),
    mknod(parent, name) {
      host(() => Deno.openSync(child(parent, name), { write: true, createNew: true }).close());
      return freshNode(parent, name, false);
    },
    unlink: (parent, name) => host(() => Deno.removeSync(child(parent, name))),
  };

  const streamOps: StreamOps = {
    open(stream) {
      const access = stream.flags & ACCESS_BITS;
      const options = { read: access !== WRITE_ONLY, write: access !== READ_ONLY };
      stream.file = host(() => Deno.openSync(realPath(stream.node), options));
      stream.place = 0;
    },
    close: (stream) => stream.file?.close(),
    read: (stream, heap, offset, length, position) => transfer(stream, heap, offset, length, position, "readSync"),
    write: (stream, heap, offset, length, position) => transfer(stream, heap, offset, length, position, "writeSync"),
    llseek(stream, offset, whence) {
      const from = [0, stream.position, whence === 2 ? host(() => open(stream).statSync()).size : 0][whence];
      if (from === undefined || from + offset < 0) throw new fs.ErrnoError(ERRNO.invalid);
      return from + offset;
    },
    getattr: (stream) => attributesOf(host(() => open(stream).statSync()), stream.node.id),
    setattr(stream, { size }) {
      if (size !== undefined) host(() => open(stream).truncateSync(size));
    },
  };

  function open(stream: FSStream): Deno.FsFile {
    if (!stream.file) throw new fs.ErrnoError(ERRNO.io);
    return stream.file;
  }

  /** Moves bytes between the file and the module's heap itself, seeking only when the pointer stands elsewhere. */
  function transfer(
    stream: FSStream,
    heap: ArrayBufferView,
    offset: number,
    length: number,
    position: number,
    call: "readSync" | "writeSync",
  ): number {
    const file = open(stream);
    const bytes = new Uint8Array(heap.buffer as ArrayBuffer, heap.byteOffset + offset, length);
    return host(() => {
      if (stream.place !== position) file.seekSync(position, Deno.SeekMode.Start);
      let done = 0;
      while (done < length) {
        const count = file[call](done === 0 ? bytes : bytes.subarray(done));
        if (!count) break;
        done += count;
      }
      stream.place = position + done;
      return done;
    });
  }

  // The root and /dev keep what the module itself needs; every other name in them is the host's.
  for (const own of ["/home/web_user", "/home", "/tmp", "/dev/shm/tmp", "/dev/shm"]) fs.rmdir(own);
  for (const path of ["/", "/dev"]) {
    const node = fs.lookupPath(path).node;
    node.node_ops = { ...node.node_ops, lookup: directoryOps.lookup };
    directories.set(path, node);
  }

  return {
    path(absolute) {
      const path = modulePath(absolute);
      let parent = fs.root;
      for (let slash = path.indexOf("/", 1); slash > 0; slash = path.indexOf("/", slash + 1)) {
        const folder = path.slice(0, slash);
        const name = folder.slice(folder.lastIndexOf("/") + 1);
        if (name) parent = directories.get(folder) ?? knownFolder(parent, folder, name);
      }
      // What was a folder before may be a file now.
      const stale = directories.get(path);
      if (stale) fs.destroyNode(stale);
      directories.delete(path);
      return path;
    },
    takeFailure() {
      const last = failure;
      failure = undefined;
      return last;
    },
  };
}

/** `C:\a\b` is `/C:/a/b` inside the module; elsewhere paths are the same. */
function modulePath(absolute: string): string {
  return Deno.build.os === "windows" ? "/" + absolute.replaceAll("\\", "/") : absolute;
}

function hostPath(path: string): string {
  return Deno.build.os === "windows" ? path.slice(1) : path;
}

function errnoOf(error: Error): number {
  if (error instanceof Deno.errors.NotFound) return ERRNO.missing;
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) return ERRNO.access;
  if (error instanceof Deno.errors.AlreadyExists) return ERRNO.exists;
  if (error instanceof Deno.errors.IsADirectory) return ERRNO.isDirectory;
  if (error instanceof Deno.errors.NotADirectory) return ERRNO.notDirectory;
  if ("code" in error && error.code === "ENOSPC") return ERRNO.full;
  return ERRNO.io;
}

/** The host's facts in the form that Emscripten's `stat` wants; device and inode let HDF5 know a file again. */
function attributesOf(info: Deno.FileInfo, id: number): object {
  const time = info.mtime ?? new Date(0);
  return {
    dev: info.dev || 1,
    ino: info.ino ?? id,
    mode: info.isDirectory ? DIRECTORY_MODE : FILE_MODE,
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    size: info.size,
    atime: time,
    mtime: time,
    ctime: time,
    blksize: 4096,
    blocks: Math.ceil(info.size / 512),
  };
}
