"""Writes the golden files: images, settings, and what the float64 reference computes from them. Needs NumPy only.

The images are equal on every machine. The results differ with the BLAS library and the version of NumPy by rounding: by at most
2e-13 of the largest value of an array with NumPy 1.26, 2.1 and 2.4.

    python3 make.py                                 all files in the folder of this script
    python3 make.py --out FOLDER                    the same, in another folder
    python3 make.py --data PACK.npz --out FILE.npz  one file from the first images of a pack, see --help
"""
import argparse
import pathlib

import numpy as np

import reference


def draw(rng, shape, n, m, classes, patch):
    """n + m images of noise with the patch of their class at a random position, and their labels."""
    x = rng.standard_normal((n + m, *shape)).astype(np.float32)
    y = (np.arange(n + m) % classes).astype(np.uint8)
    q = min(patch, *shape[1:])
    marks = rng.standard_normal((classes, shape[0], q, q))
    for i in range(n + m):
        a, b = rng.integers(0, shape[1] - q + 1), rng.integers(0, shape[2] - q + 1)
        x[i, :, a : a + q, b : b + q] = marks[y[i]]
    return x, y


def real(images):
    """Images in double precision; bytes are scaled to [0, 1]."""
    return images / 255 if images.dtype == np.uint8 else images.astype(np.float64)


def stack(rounds, y_test):
    """The results of all rounds as arrays, and the accuracy on the test images in percent."""
    arrays = {name: np.array([result[name] for result in rounds if name in result]) for name in rounds[0]}
    arrays["accuracy"] = [100 * np.mean(result["predictions"].argmax(1) == y_test) for result in rounds]
    return arrays


def save(path, x, y, n, settings, arrays):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, x_train=x[:n], y_train=y[:n], x_test=x[n:], y_test=y[n:], **settings, **arrays)


def write(path, x, y, n, classes, patch, depth, ridge, rounds, samples):
    """One ConvRFM; the first n images are the training images."""
    settings = dict(classes=classes, patch=patch, depth=depth, ridge=ridge, rounds=rounds, agop_samples=samples)
    u = real(x)
    results = reference.conv_rfm(u[:n], y[:n], u[n:], classes, patch, depth, ridge, rounds, samples)
    save(path, x, y, n, settings, stack(results, y[n:]))


def write_drawn(path, shape, n, m, classes, patch, depth, ridge, rounds, samples, seed, degenerate=False):
    """One ConvRFM on drawn images."""
    x, y = draw(np.random.default_rng(seed), shape, n, m, classes, patch)
    if degenerate:  # a blank image, blank corners, a repeated image
        x[0] = 0
        x[:, :, : shape[1] // 2, : shape[2] // 2] = 0
        x[2] = x[1]
    write(path, x, y, n, classes, patch, depth, ridge, rounds, samples)


def write_deep(path, shape, n, m, classes, patch, depth, ridge, rounds, samples, seed, width, relu, pooling):
    """Levels on images convolved with random filters. The arrays of level l end in _l; its filters make the images of l + 1."""
    rng = np.random.default_rng(seed)
    x, y = draw(rng, shape, n, m, classes, patch)
    settings = dict(classes=classes, patch=patch, depth=depth, ridge=ridge, rounds=rounds, agop_samples=samples)
    settings |= dict(levels=depth, relu=int(relu), pooling=pooling)
    arrays, images = {}, real(x)
    for level in range(depth):
        results = reference.conv_rfm(images[:n], y[:n], images[n:], classes, patch, depth - level, ridge, rounds, samples)
        level_arrays = stack(results, y[n:])
        del level_arrays["alpha"]
        if level < depth - 1:
            d = images.shape[1] * patch * patch
            filters = (rng.standard_normal((width, d)) / np.sqrt(d)).astype(np.float32)
            level_arrays["filters"] = filters
            images = reference.convolve(images, filters.astype(np.float64), relu, pooling)
        arrays |= {f"{name}_{level}": array for name, array in level_arrays.items()}
    save(path, x, y, n, settings, arrays)


def write_all(folder):
    write_drawn(folder / "colour_q3_L2.npz", (3, 8, 9), 20, 12, 3, 3, 2, 1e-3, 3, 20, 0)
    write_drawn(folder / "even_patch_q2_L3.npz", (1, 7, 6), 18, 10, 2, 2, 3, 1e-3, 3, 7, 1)
    write_drawn(folder / "single_position_q5_L1.npz", (2, 5, 5), 17, 9, 2, 5, 1, 1e-2, 3, 17, 2)
    write_drawn(folder / "pixel_patch_q1_L2.npz", (4, 5, 4), 19, 8, 4, 1, 2, 1e-2, 2, 19, 3)
    write_drawn(folder / "degenerate_q3_L2.npz", (1, 9, 8), 21, 10, 3, 3, 2, 1e-2, 2, 21, 4, degenerate=True)
    write_drawn(folder / "hundred_classes_q3_L1.npz", (1, 6, 7), 40, 6, 100, 3, 1, 1e-2, 2, 5, 5)
    deep = folder / "deep"
    write_deep(deep / "colour_q3_L3.npz", (3, 10, 9), 14, 9, 3, 3, 3, 1e-3, 3, 14, 6, width=5, relu=False, pooling=1)
    write_deep(deep / "relu_q2_L3.npz", (2, 7, 8), 12, 8, 2, 2, 3, 1e-3, 2, 6, 7, width=18, relu=True, pooling=1)
    write_deep(deep / "pooled_q2_L3.npz", (1, 14, 13), 13, 9, 3, 2, 3, 1e-3, 3, 13, 8, width=6, relu=True, pooling=2)


def main():
    parser = argparse.ArgumentParser(description="Writes the golden files.")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent, help="folder, or file for --data")
    parser.add_argument("--data", help="pack with x_train, y_train, x_test, y_test, such as www/data/mnist.npz")
    parser.add_argument("--train", type=int, default=64, help="training images")
    parser.add_argument("--test", type=int, default=64, help="test images")
    parser.add_argument("--patch", type=int, default=3, help="side of a patch")
    parser.add_argument("--depth", type=int, default=3, help="layers of the kernel")
    parser.add_argument("--ridge", type=float, default=1e-5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=20, help="images of the AGOP")
    a = parser.parse_args()
    if a.data is None:
        return write_all(a.out)
    pack = np.load(a.data)
    x = np.concatenate([pack["x_train"][: a.train], pack["x_test"][: a.test]])
    y = np.concatenate([pack["y_train"][: a.train], pack["y_test"][: a.test]])
    classes = int(max(pack["y_train"].max(), pack["y_test"].max())) + 1
    write(a.out, x, y, a.train, classes, a.patch, a.depth, a.ridge, a.rounds, a.samples)


main()
