"""What the weights of a ``.keras`` file may be: numbers that stand in the file itself."""

import io
import zipfile

from fercourse.errors import ModelError

MOST_BYTES = 2 * 1024**3


def check_weights(archive: zipfile.ZipFile) -> int:
    """Raise a ModelError unless all numbers of the weights stand in the file itself.

    Returns
    -------
    int
        How many numbers there are.
    """
    import h5py

    if archive.getinfo("model.weights.h5").file_size > MOST_BYTES:
        raise ModelError("The network is larger than 2 GB.")
    with h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r") as weights:
        waiting, stored = [weights], archive.getinfo("model.weights.h5").file_size
        numbers, seen = 0, set()
        while waiting:
            group = waiting.pop()
            address = h5py.h5o.get_info(group.id).addr
            if address in seen:
                raise ModelError("The weights of the file lead in a circle.")
            seen.add(address)
            for name in group:
                if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                    raise ModelError("The weights of the file lead out of it.")
                child = group[name]
                if isinstance(child, h5py.Group):
                    waiting.append(child)
                elif child.external or child.is_virtual or child.nbytes > stored:
                    raise ModelError("The weights of the file are not in it.")
                else:
                    numbers += child.size
    return min(numbers, stored)
