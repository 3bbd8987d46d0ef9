/** The note inside every sparse file that tells how to get frames back with nothing but numpy and h5py. */

/** A Python function that rebuilds a frame without noise; a test runs it against the original. */
export const REBUILD_SCRIPT =
  `# How to rebuild a frame of this file (without noise) with Python, numpy, h5py and hdf5plugin.
import h5py, hdf5plugin, numpy


def rebuild(file_name, number):
    "Frame 'number' (counted from 0) of a sparse file as a 2-D array."
    with h5py.File(file_name, "r") as file:
        data = file["entry_0000/sparse_frames"]
        radius_of_pixel = data["mask"][()]  # NaN where a pixel is masked
        valid = numpy.isfinite(radius_of_pixel)
        start, stop = (int(offset) for offset in data["frame_ptr"][number : number + 2])
        index, value = data["index"][start:stop], data["intensity"][start:stop]
        # the background of every valid pixel, between the bins by straight lines
        background = numpy.interp(radius_of_pixel[valid], data["radius"][()], data["background_avg"][number])
        if "normalization" in data:
            background = background * data["normalization"][()][valid]
        if numpy.issubdtype(value.dtype, numpy.integer):
            # to the nearest integer, halves away from zero
            background = numpy.copysign(numpy.floor(numpy.abs(background) + 0.5), background)
        frame = numpy.full(radius_of_pixel.shape, data["dummy"][()], dtype=value.dtype)
        frame[valid] = background
        frame.flat[index] = value  # the pixels that were kept, exactly as measured
    return frame
`;
