"""Writes formats.rs: small chunks by the published filters (h5py 3.16, hdf5plugin 7.1).

    python make.py > formats.rs
"""

import h5py
import hdf5plugin
import numpy as np


def elements(count, size):
    """The same values as `elements` in mod.rs."""
    values = [i * 2654435761 if i % 17 == 3 else i * i // 31 % 4 for i in range(count)]
    return np.array([v % 256**size for v in values], f"u{size}")


def bitshuffle(nelems):
    return dict(hdf5plugin.Bitshuffle(nelems=nelems, cname="zstd"))


def gzip(shuffle):
    return {"compression": "gzip", "shuffle": shuffle}


CHUNKS = [
    ("BitshuffleZstd", 1, 1003, bitshuffle(64)),
    ("BitshuffleZstd", 2, 517, bitshuffle(0)),
    ("BitshuffleZstd", 4, 301, bitshuffle(64)),
    ("BitshuffleZstd", 8, 83, bitshuffle(16)),
    ("BitshuffleZstd", 4, 5, bitshuffle(0)),
    ("Lz4", 1, 1003, dict(hdf5plugin.LZ4(nbytes=128))),
    ("Lz4", 2, 517, dict(hdf5plugin.LZ4(nbytes=0))),
    ("Lz4", 8, 83, dict(hdf5plugin.LZ4(nbytes=24))),
    ("Zstd", 2, 517, dict(hdf5plugin.Zstd())),
    ("Zstd", 4, 301, dict(hdf5plugin.Zstd(clevel=19))),
    ("Gzip", 2, 517, gzip(False)),
    ("Gzip", 4, 301, gzip(False)),
    ("ShuffleGzip", 2, 517, gzip(True)),
    ("ShuffleGzip", 4, 301, gzip(True)),
    ("ShuffleGzip", 8, 83, gzip(True)),
]

print("// Made by make.py; not to be edited.\n")
print("pub const FORMATS: &[Chunk] = &[")
for encoding, size, count, filters in CHUNKS:
    values = elements(count, size)
    with h5py.File("unwritten", "w", driver="core", backing_store=False) as file:
        dataset = file.create_dataset("data", data=values, chunks=(count,), **filters)
        chunk = dataset.id.read_direct_chunk((0,))[1]
    text = chunk.hex()
    lines = "".join(f"{text[k : k + 96]}\\\n" for k in range(0, len(text), 96))[:-2]
    print(f'    Chunk {{ encoding: Encoding::{encoding}, elem: {size}, elements: {count}, hex: "\\\n{lines}" }},')
print("];")
