"""Bitshuffle-LZ4 chunks in memory to pixels, one thread. Arguments: shape, chunks (files by bits per pixel).

h5py with hdf5plugin has no call that decodes a chunk: it reads datasets of a file in memory (the core driver, no chunk
cache) that holds these very chunks, into an array that is there already.
"""

import numpy
from serve import ARGUMENTS, milliseconds, serve

SHAPE = tuple(ARGUMENTS["shape"])
CHUNKS = {bits: [open(path, "rb").read() for path in paths] for bits, paths in ARGUMENTS["chunks"].items()}


def h5py_hdf5plugin():
    import h5py
    import hdf5plugin

    def reader(bits, chunks):
        h5 = h5py.File(f"{bits} bits", "w", driver="core", backing_store=False, rdcc_nbytes=0)
        stack = h5.create_dataset(
            "data", (len(chunks), *SHAPE), f"uint{bits}", chunks=(1, *SHAPE), **hdf5plugin.Bitshuffle(cname="lz4")
        )
        for number, chunk in enumerate(chunks):
            stack.id.write_direct_chunk((number, 0, 0), chunk)
        out = numpy.empty(SHAPE, stack.dtype)

        def read():
            for number in range(len(chunks)):
                stack.read_direct(out, numpy.s_[number])

        return lambda: milliseconds(read, len(chunks))

    version = f"{h5py.__version__}, hdf5plugin {hdf5plugin.version}, HDF5 {h5py.version.hdf5_version}"
    return version, {f"read {bits}": reader(bits, chunks) for bits, chunks in CHUNKS.items()}


def bslz4_to_sparse():
    import bslz4_to_sparse as peer

    def dense(bits, chunks):
        out = numpy.empty(SHAPE, f"uint{bits}")
        return lambda: milliseconds(
            lambda: [peer.decompress([chunk], out.dtype, out=out) for chunk in chunks], len(chunks)
        )

    def sparse(bits, chunks):
        listed = peer.chunk2sparse(numpy.ones(SHAPE, numpy.uint8), f"uint{bits}")
        return lambda: milliseconds(lambda: [listed(chunk, 0) for chunk in chunks], len(chunks))

    commands = {f"dense {bits}": dense(bits, chunks) for bits, chunks in CHUNKS.items()}
    commands |= {f"sparse {bits}": sparse(bits, chunks) for bits, chunks in CHUNKS.items()}
    return peer.version, commands


serve({"h5py": h5py_hdf5plugin, "bslz4-to-sparse": bslz4_to_sparse})
