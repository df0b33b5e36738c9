"""Float64 reference of ConvRFM in NumPy: one function per formula, written for reading and not for speed.

Notation: images are (n, c, H, W). A patch has side q and d = c q^2 numbers in the order (channel, row, column); patches are
taken at the h w = (H - q + 1) (W - q + 1) valid positions. z = R u is the transformed patch, k the number of classes, L the depth.
"""
from typing import NamedTuple

import numpy as np


def patches(images, q):
    """u: the patches of all images, (n, h, w, d)."""
    windows = np.lib.stride_tricks.sliding_window_view(images, (q, q), axis=(2, 3))
    n, c, h, w = windows.shape[:4]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n, h, w, c * q * q)


def box(a, q):
    """box(A)[i, j]: the sum of A over the q x q window at (i, j), for the last two axes."""
    return np.lib.stride_tricks.sliding_window_view(a, (q, q), axis=(-2, -1)).sum((-2, -1))


def box_transposed(a, q):
    """The transpose of `box`: window sums of A with q - 1 zeros on every side."""
    border = [(0, 0)] * (a.ndim - 2) + [(q - 1, q - 1)] * 2
    return box(np.pad(a, border), q)


def divide(a, b):
    """a / b, and 0 where b = 0."""
    a, b = np.broadcast_arrays(a, b)
    return np.divide(a, b, out=np.zeros(a.shape), where=b != 0)


def cosine(S, r):
    """rho = S / r, and 0 where r = 0. It is exactly 1 or -1 for parallel patches, where rounding would leave 1 - 1e-16: an angle
    of 1e-8, an error of 5e-9 in k0, and a gradient of 1e8 in place of the one that is dropped."""
    rho = divide(S, r)
    return np.where(1 - np.abs(rho) < 1e-14, np.sign(rho), rho)


def sine(rho):
    """sin theta for theta = acos(rho)."""
    return np.sqrt(1 - rho * rho)


def arc_cosine_kernels(rho):
    """k0 = (pi - theta) / pi and k1 = (sin theta + (pi - theta) cos theta) / pi for theta = acos(rho)."""
    theta = np.arccos(rho)
    return (np.pi - theta) / np.pi, (sine(rho) + (np.pi - theta) * rho) / np.pi


class Layer(NamedTuple):
    """What the backward pass needs of a layer: its inputs T and N', and r, rho, k0, k1; maps of (n, n') image pairs."""

    T: np.ndarray
    N2: np.ndarray
    r: np.ndarray
    rho: np.ndarray
    k0: np.ndarray
    k1: np.ndarray


def kernel(z1, z2, q, depth):
    """K(x, x') for all pairs, (n, n'), and the layers: the convolutional NTK with ReLU and a flat read-out."""
    c = z1.shape[-1] // (q * q)
    S = np.einsum("nhwd,mhwd->nmhw", z1, z2) / c
    N1 = np.einsum("nhwd,nhwd->nhw", z1, z1)[:, None] / c
    N2 = np.einsum("mhwd,mhwd->mhw", z2, z2)[None] / c
    T, layers = S, []
    for index in range(depth):
        if index > 0:
            S, T, N1, N2 = box(S, q), box(T, q), box(N1, q), box(N2, q)
            T = T + S
        r = np.sqrt(N1 * N2)
        rho = cosine(S, r)
        k0, k1 = arc_cosine_kernels(rho)
        layers.append(Layer(T, N2, r, rho, k0, k1))
        S, T = r * k1, T * k0
    return (S + T).mean((-2, -1)), layers


def kernel_gradient(layers, q, c):
    """The maps A and B, (n, n', h, w), of dK(x, x') / dz_p(x') = A_p z_p(x) + B_p z_p(x')."""
    shape = layers[-1].r.shape
    gS = gT = np.full(shape, 1 / (shape[-2] * shape[-1]))
    gN = np.zeros(shape)
    for index, (T, N2, r, rho, k0, k1) in reversed(list(enumerate(layers))):
        # The derivative of k0 is infinite at rho = 1, but there is no direction in which the angle of parallel patches changes.
        grho = gS * r * k0 + divide(gT * T, np.pi * sine(rho))
        gr = gS * k1 - divide(grho * rho, r)
        gS, gT, gN = divide(grho, r), gT * k0, gN + divide(gr * r, 2 * N2)
        if index > 0:
            gS, gT, gN = box_transposed(gS + gT, q), box_transposed(gT, q), box_transposed(gN, q)
    return (gS + gT) / c, 2 * gN / c


def ridge_regression(K, Y, ridge):
    """s = max |K| and alpha of (K / s + lambda I) alpha = Y."""
    s = np.abs(K).max()
    return s, np.linalg.solve(K / s + ridge * np.eye(len(K)), Y)


def agop(z, u, R, alpha, s, q, depth):
    """M, (d, d): the mean over the sample images with patches u of the sum of g g^T over positions p and outputs o, with

    g_{o,p}(x') = R [sum_i alpha_{io} A_{ip} z_p(x_i) + (sum_i alpha_{io} B_{ip}) z_p(x')] / s.
    """
    d = u.shape[-1]
    M = np.zeros((d, d))
    for patches_of_one in u[:, None]:
        z_sample = patches_of_one @ R
        A, B = kernel_gradient(kernel(z, z_sample, q, depth)[1], q, d // (q * q))
        first = np.einsum("io,imhw,ihwd->ohwd", alpha, A, z, optimize=True)
        second = np.einsum("io,imhw,mhwd->ohwd", alpha, B, z_sample, optimize=True)
        g = ((first + second) @ R / s).reshape(-1, d)
        M += g.T @ g
    return M / len(u)


def patch_transform(M):
    """R = sqrt(M) / ||sqrt(M)||_F, with negative eigenvalues of M set to 0."""
    values, vectors = np.linalg.eigh((M + M.T) / 2)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root / np.linalg.norm(root)


def conv_rfm(x_train, y_train, x_test, classes, q, depth, ridge, rounds, samples):
    """ConvRFM on images of real numbers. A dict per round; `agop` is missing in the last one."""
    u_train, u_test = patches(x_train, q), patches(x_test, q)
    R, results = np.eye(u_train.shape[-1]), []
    for index in range(rounds):
        z = u_train @ R
        K, K_test = kernel(z, z, q, depth)[0], kernel(u_test @ R, z, q, depth)[0]
        s, alpha = ridge_regression(K, np.eye(classes)[y_train], ridge)
        results.append(dict(kernel=K, kernel_test=K_test, kernel_scale=s, alpha=alpha, predictions=K_test / s @ alpha))
        if index < rounds - 1:
            M = results[-1]["agop"] = agop(z, u_train[:samples], R, alpha, s, q, depth)
            R = patch_transform(M)
    return results


def convolve(images, filters, relu, pooling):
    """The images of the next level of Deep ConvRFM: valid convolutions with `filters`, (width, d), with or without ReLU, and the
    means over windows of `pooling` rows and columns."""
    q = round((filters.shape[1] / images.shape[1]) ** 0.5)
    maps = np.moveaxis(patches(images, q) @ filters.T, -1, 1)
    maps = np.maximum(maps, 0) if relu else maps
    rows, columns = (extent // pooling for extent in maps.shape[2:])
    maps = maps[:, :, : rows * pooling, : columns * pooling]
    return maps.reshape(*maps.shape[:2], rows, pooling, columns, pooling).mean((3, 5))
