"""FabIO's rebuild of sparse frames in memory, by one thread and by a pool as densify_Bragg has it. Arguments: sparse."""

import multiprocessing.pool

from serve import ARGUMENTS, milliseconds, serve


def fabio():
    import fabio
    import hdf5plugin  # noqa: F401  registers the filters

    image = fabio.open(ARGUMENTS["sparse"])
    numbers = range(image.nframes)
    pool = multiprocessing.pool.ThreadPool(multiprocessing.cpu_count())

    def rebuild(noise, run):
        def work():
            image.noisy = noise
            for _ in run(image._generate_data, numbers):
                pass

        return lambda: milliseconds(work, len(numbers))

    return fabio.version, {
        "smooth, one thread": rebuild(0.0, map),
        "noisy, one thread": rebuild(1.0, map),
        "smooth, pool": rebuild(0.0, pool.imap),
        "noisy, pool": rebuild(1.0, pool.imap),
    }


serve({"FabIO": fabio})
