"""pyFAI's sigma_clip_ng in memory: CSR, Cython, azimuthal, 5 cycles, all cores. Arguments: stack, dataset, poni, mask."""

from serve import ARGUMENTS, milliseconds, serve


def pyfai():
    import h5py
    import hdf5plugin  # noqa: F401  registers the filters
    import numpy
    import pyFAI

    with h5py.File(ARGUMENTS["stack"]) as h5:
        frames = h5[ARGUMENTS["dataset"]][()].astype(numpy.int32)
    mask = numpy.load(ARGUMENTS["mask"])
    integrator = pyFAI.load(ARGUMENTS["poni"])

    def clip(**corrections):
        for frame in frames:
            integrator.sigma_clip_ng(
                frame, 800, mask=mask, unit="r_m", method=("no", "csr", "cython"), error_model="azimuthal",
                thresh=0, max_iter=5, **corrections,
            )

    return pyFAI.version, {
        "clip": lambda: milliseconds(lambda: clip(correctSolidAngle=False), len(frames)),
        "corrected": lambda: milliseconds(
            lambda: clip(correctSolidAngle=True, polarization_factor=0.99), len(frames)
        ),
    }


serve({"pyFAI": pyfai})
