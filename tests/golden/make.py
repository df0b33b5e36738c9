"""Makes the small golden files beside this script with the float64 reference; needs NumPy and the reference oracle.

    python3 make.py PATH/TO/convrfm_oracle.py
"""
import importlib.util
import pathlib
import sys

import numpy as np

spec = importlib.util.spec_from_file_location("oracle", sys.argv[1])
oracle = importlib.util.module_from_spec(spec)
spec.loader.exec_module(oracle)
here = pathlib.Path(__file__).parent


def draw(rng, shape, n, m, classes, patch):
    """n + m images with a class-dependent patch at a random place, so that there is something to learn, and their labels."""
    x = rng.standard_normal((n + m, *shape)).astype(np.float32)
    y = np.arange(n + m) % classes
    q = min(patch, *shape[1:])
    marks = rng.standard_normal((classes, shape[0], q, q))
    for i in range(n + m):
        a, b = rng.integers(0, shape[1] - q + 1), rng.integers(0, shape[2] - q + 1)
        x[i, :, a : a + q, b : b + q] = marks[y[i]]
    return x, y


def make(name, shape, n, m, classes, patch, depth, ridge, rounds, samples, seed, blank=False):
    x, y = draw(np.random.default_rng(seed), shape, n, m, classes, patch)
    if blank:  # degenerate positions: a blank image, blank corners, a repeated image
        x[0] = 0
        x[:, :, : shape[1] // 2, : shape[2] // 2] = 0
        x[2] = x[1]
    r = oracle.fit(x[:n], y[:n], x[n:], classes, patch, depth, ridge, rounds, samples)
    accuracy = [100 * np.mean(s["predictions"].argmax(1) == y[n:]) for s in r]
    np.savez_compressed(
        here / f"{name}.npz",
        x_train=x[:n], y_train=y[:n].astype(np.uint8), x_test=x[n:], y_test=y[n:].astype(np.uint8), classes=classes,
        patch=patch, depth=depth, ridge=ridge, rounds=rounds, agop_samples=samples, accuracy=accuracy,
        kernel_scale=[s["scale"] for s in r], agop=np.array([s["agop"] for s in r[:-1]]),
        **{k: np.array([s[k] for s in r]) for k in ("kernel", "kernel_test", "alpha", "predictions")},
    )


def make_deep(name, shape, n, m, classes, patch, depth, ridge, rounds, samples, seed, width, relu):
    """Levels on images convolved with filters that are fixed here: arrays of level l end in _l, filters_l follow it."""
    rng = np.random.default_rng(seed)
    x, y = draw(rng, shape, n, m, classes, patch)
    arrays, images = {}, x.astype(np.float64)
    for level in range(depth):
        r = oracle.fit(images[:n], y[:n], images[n:], classes, patch, depth - level, ridge, rounds, samples)
        found = {k: np.array([s[k] for s in r]) for k in ("kernel", "kernel_test", "predictions")}
        found["kernel_scale"] = [s["scale"] for s in r]
        found["agop"] = np.array([s["agop"] for s in r[:-1]])
        found["accuracy"] = [100 * np.mean(s["predictions"].argmax(1) == y[n:]) for s in r]
        if level < depth - 1:
            d = images.shape[1] * patch * patch
            found["filters"] = (rng.standard_normal((width, d)) / np.sqrt(d)).astype(np.float32)
            u, (h, w) = oracle.patches(images, patch)
            images = (u @ found["filters"].T.astype(np.float64)).transpose(0, 2, 1).reshape(n + m, width, h, w)
            images = np.maximum(images, 0) if relu else images
        arrays |= {f"{k}_{level}": v for k, v in found.items()}
    np.savez_compressed(
        here / "deep" / f"{name}.npz",
        x_train=x[:n], y_train=y[:n].astype(np.uint8), x_test=x[n:], y_test=y[n:].astype(np.uint8), classes=classes,
        patch=patch, depth=depth, ridge=ridge, rounds=rounds, agop_samples=samples, levels=depth, relu=int(relu), **arrays,
    )


make("colour_q3_L2", (3, 8, 9), 20, 12, 3, 3, 2, 1e-3, 3, 20, 0)
make("even_patch_q2_L3", (1, 7, 6), 18, 10, 2, 2, 3, 1e-3, 3, 7, 1)
make("single_position_q5_L1", (2, 5, 5), 17, 9, 2, 5, 1, 1e-2, 3, 17, 2)
make("pixel_patch_q1_L2", (4, 5, 4), 19, 8, 4, 1, 2, 1e-2, 2, 19, 3)
make("degenerate_q3_L2", (1, 9, 8), 21, 10, 3, 3, 2, 1e-2, 2, 21, 4, blank=True)
make("hundred_classes_q3_L1", (1, 6, 7), 40, 6, 100, 3, 1, 1e-2, 2, 5, 5)
make_deep("colour_q3_L3", (3, 10, 9), 14, 9, 3, 3, 3, 1e-3, 3, 14, 6, width=5, relu=False)
make_deep("relu_q2_L3", (2, 7, 8), 12, 8, 2, 2, 3, 1e-3, 2, 6, 7, width=18, relu=True)
