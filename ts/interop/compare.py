"""Compares our files with what FabIO makes of them, pixel by pixel, and prints counts of pixels as JSON.

    compare.py rebuilt SPARSE OURS COMMAND RAW... [--dummy N] [--frame N] [--spoil WHAT]
        each frame of a sparse file: rebuilt by FabIO's reader, by FabIO's command (COMMAND, a file), by us (OURS),
        and as it was measured (RAW: image files of one frame each, or one HDF5 file); masked pixels of ours must have
        the value of --dummy (default: the file's)
    compare.py kept OURS THEIRS [--spoil WHAT]
        the kept pixels of the first frames of two sparse files

--spoil changes one pixel first, so that a test can see that the comparison notices it.
"""
import argparse
import json

import fabio
import h5py
import hdf5plugin  # noqa: F401  registers the bitshuffle filter
import numpy

SPARSE = "entry_0000/sparse_frames"
DENSE = "entry/data/data"


def raw_frames(files):
    "The measured frames: a function from number to 2-D array."
    if len(files) == 1 and h5py.is_hdf5(files[0]):
        stack = h5py.File(files[0])[DENSE]
        return lambda number: stack[number]
    return lambda number: fabio.open(files[number]).data


def frame_of(image, number):
    "A frame of what FabIO opened; its getframe looks for other files when there is only one frame."
    return (image.getframe(number) if image.nframes > 1 else image).data.copy()


def spoil(frame, what, kept, valid):
    "Changes one pixel of `frame`: a kept, a masked or a background one."
    if what == "kept":
        frame.flat[kept[len(kept) // 2]] += 1
    elif what == "masked":
        frame.flat[numpy.flatnonzero(~valid)[-1]] = 0
    else:
        others = valid.copy()
        others.flat[kept] = False
        where = numpy.flatnonzero(others)
        frame.flat[where[len(where) // 2]] += 2


def count(condition):
    return int(numpy.count_nonzero(condition))


def compare_frame(raw, ours, reader, command, kept, valid, dummy):
    "Counts for one frame; all four are 2-D arrays of one shape and type."
    difference = numpy.abs(ours.astype("f8") - reader.astype("f8"))[valid]
    return {
        "type": ours.dtype.str,
        "sameType": reader.dtype == ours.dtype == raw.dtype and reader.shape == ours.shape == raw.shape,
        "valid": count(valid),
        "kept": len(kept),
        "different": count(difference),
        "largest": float(difference.max()),
        "keptLostByUs": count(ours.flat[kept] != raw.flat[kept]),
        "keptLostByFabio": count(reader.flat[kept] != raw.flat[kept]),
        "maskedNotDummy": count(ours[~valid] != dummy),
        "commandDifferent": count(command != reader),
    }


def rebuilt(options):
    sparse = fabio.open(options.sparse)
    with h5py.File(options.sparse) as file:
        data = file[SPARSE]
        valid = numpy.isfinite(data["mask"][()])
        dummy = data["dummy"][()] if options.dummy is None else options.dummy
        offsets, index = data["frame_ptr"][()], data["index"][()]
        normalized = "normalization" in data
    ours = h5py.File(options.ours)[DENSE]
    command = fabio.open(options.command)
    raw = raw_frames(options.raw)
    frames = []
    for number in range(sparse.nframes) if options.frame is None else [options.frame]:
        kept = index[offsets[number] : offsets[number + 1]]
        mine, theirs = ours[number], frame_of(sparse, number)
        written = frame_of(command, number)
        if options.spoil in ("reader", "command"):
            spoil(theirs if options.spoil == "reader" else written, "kept", kept, valid)
        elif options.spoil:
            spoil(mine, options.spoil, kept, valid)
        frames.append(compare_frame(raw(number), mine, theirs, written, kept, valid, dummy))
    return {"shape": list(valid.shape), "ourFrames": ours.shape[0], "normalized": normalized, "dummy": int(dummy),
            "nframes": sparse.nframes, "commandFrames": command.nframes, "frames": frames}


def first_frame(path):
    "Index → value of the pixels kept of the first frame."
    with h5py.File(path) as file:
        data = file[SPARSE]
        stop = data["frame_ptr"][1]
        return data["index"][:stop], data["intensity"][:stop]


def kept(options):
    index, value = first_frame(options.ours)
    their_index, their_value = first_frame(options.theirs)
    if options.spoil == "value":
        value[len(value) // 2] += 1
    elif options.spoil == "place":
        index[len(index) // 2] += 1
    common, here, there = numpy.intersect1d(index, their_index, return_indices=True)
    return {"ours": len(index), "theirs": len(their_index), "common": len(common),
            "equalValues": count(value[here] == their_value[there])}


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
modes = parser.add_subparsers(required=True)
mode = modes.add_parser("rebuilt")
mode.add_argument("sparse")
mode.add_argument("ours")
mode.add_argument("command")
mode.add_argument("raw", nargs="+")
mode.add_argument("--dummy", type=int)
mode.add_argument("--frame", type=int)
mode.add_argument("--spoil", choices=["kept", "masked", "background", "reader", "command"])
mode.set_defaults(action=rebuilt)
mode = modes.add_parser("kept")
mode.add_argument("ours")
mode.add_argument("theirs")
mode.add_argument("--spoil", choices=["value", "place"])
mode.set_defaults(action=kept)
arguments = parser.parse_args()
print(json.dumps(arguments.action(arguments)))
