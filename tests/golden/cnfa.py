"""Writes the golden files of networks, cnfa/*.npz: logits, NFM, AGOP, correlations, gradients and five steps of Adam, in double
precision. Needs NumPy only.

    python3 cnfa.py              all files in the folder `cnfa` beside this script
    python3 cnfa.py --check FILE compares this reference with a file of the same names, such as one of another reference

The gradient of every logit to every patch is formed explicitly, and outer products are summed patch by patch. Steps are those of
src/cnn/steps.rs.
"""
import pathlib
import sys

import numpy as np


def windows(h, w, q, stride, before, rows, columns):
    """Pixel indices (positions, q q) of the patches of one channel; -1 is padding."""
    y = stride * np.arange(rows)[:, None] + np.arange(q)[None] - before[0]
    x = stride * np.arange(columns)[:, None] + np.arange(q)[None] - before[1]
    index = np.where((y >= 0) & (y < h), y, -1)[:, None, :, None], np.where((x >= 0) & (x < w), x, -1)[None, :, None, :]
    both = np.where((index[0] < 0) | (index[1] < 0), -1, index[0] * w + index[1])
    return both.reshape(rows * columns, q * q)


def place(side, q, stride, padding):
    if padding == "same":
        count = -(-side // stride)
        return max((count - 1) * stride + q - side, 0) // 2, count
    return int(padding), (side + 2 * int(padding) - q) // stride + 1


class Network:
    """Forward keeps what backward needs. `backward` returns gradients of the arrays and, per convolution, those to its patches."""

    def __init__(self, steps, W):
        self.steps, self.W = [s.split() for s in steps.split(";")], W

    def conv(self, x, name, stride, padding, bias=False, groups=1):
        w = self.W[name]
        (k, cg, q, _), (c, h, wd) = w.shape, x.shape
        (top, rows), (left, cols) = place(h, q, stride, padding), place(wd, q, stride, padding)
        index = windows(h, wd, q, stride, (top, left), rows, cols)
        flat = np.concatenate([x.reshape(c, -1), np.zeros((c, 1))], 1)  # index -1 is this zero
        patches = flat[:, index].transpose(1, 0, 2)  # positions, channels, q q
        z = np.empty((k, rows * cols))
        for g in range(groups):
            p = patches[:, g * cg : (g + 1) * cg].reshape(rows * cols, -1)
            z[g * k // groups : (g + 1) * k // groups] = w[g * k // groups : (g + 1) * k // groups].reshape(k // groups, -1) @ p.T
        if bias:
            z += self.W[name + ".b"][:, None]

        def back(d, grads, to_patches):
            d = d.reshape(k, -1)
            out = np.zeros((c, h * wd + 1))
            gw = np.zeros_like(w)
            for g in range(groups):
                ks, cs = slice(g * k // groups, (g + 1) * k // groups), slice(g * cg, (g + 1) * cg)
                to = d[ks].T @ w[ks].reshape(k // groups, -1)  # positions, cg q q
                if groups == 1:
                    to_patches[name] = to
                gw[ks] = (d[ks] @ patches[:, cs].reshape(rows * cols, -1)).reshape(gw[ks].shape)
                np.add.at(out[cs].T, index, to.reshape(rows * cols, cg, q * q).transpose(0, 2, 1))
            grads[name] = grads.get(name, 0) + gw
            if bias:
                grads[name + ".b"] = d.sum(1)
            return out[:, :-1].reshape(x.shape)

        return z.reshape(k, rows, cols), back

    def bn(self, x, name, eps=1e-5):
        mean, var, gain, bias = (self.W[f"{name}.{k}"][:, None, None] for k in ("mean", "var", "gain", "bias"))
        unit = (x - mean) / np.sqrt(var + eps)

        def back(d, grads, _):
            grads[name + ".gain"], grads[name + ".bias"] = (d * unit).sum((1, 2)), d.sum((1, 2))
            return d * gain / np.sqrt(var + eps)

        return unit * gain + bias, back

    def pool(self, x, size, stride, padding, mean):
        c, h, w = x.shape
        (top, rows), (left, cols) = place(h, size, stride, padding), place(w, size, stride, padding)
        index = windows(h, w, size, stride, (top, left), rows, cols)
        flat = np.concatenate([x.reshape(c, -1), np.full((c, 1), 0 if mean else -np.inf)], 1)
        values = flat[:, index]
        best = values.argmax(2)

        def back(d, *_):
            out = np.zeros((c, h * w + 1))
            for channel, grad in enumerate(d.reshape(c, -1)):
                if mean:
                    np.add.at(out[channel], index, np.repeat(grad[:, None], size**2, 1) / size**2)
                else:
                    np.add.at(out[channel], index[np.arange(len(grad)), best[channel]], grad)
            return out[:, :-1].reshape(x.shape)

        return (values.mean(2) if mean else values.max(2)).reshape(c, rows, cols), back

    def forward(self, x):
        """Logits, and a function from their gradient to (gradients of arrays, gradients to patches)."""
        tape, saved = [], {}  # (kind, function)
        for step in self.steps:
            kind, a = step[0], step[1:]
            back = None
            if kind == "conv":
                groups = [int(o[7:]) for o in a[3:] if o.startswith("groups=")]
                x, back = self.conv(x, a[0], int(a[1]), a[2], "bias" in a[3:], groups[0] if groups else 1)
            elif kind == "bn":
                x, back = self.bn(x, a[0], *map(float, a[1:]))
            elif kind in ("relu", "relu6"):
                top = 6 if kind == "relu6" else np.inf
                back = lambda d, *_, on=(x > 0) & (x < top): d * on
                x = np.clip(x, 0, top)
            elif kind in ("maxpool", "avgpool"):
                x, back = self.pool(x, int(a[0]), int(a[1]), a[2] if kind == "maxpool" else 0, kind == "avgpool")
            elif kind in ("globalavg", "flatten"):
                shape, count = x.shape, x[0].size
                if kind == "flatten":
                    x, back = x.reshape(-1), lambda d, *_, shape=shape: d.reshape(shape)
                else:
                    x = x.mean((1, 2))
                    back = lambda d, *_, shape=shape, n=count: np.broadcast_to(d[:, None, None] / n, shape)
            elif kind == "linear":
                w, before = self.W[a[0]], x
                x = w @ x + (self.W[a[0] + ".b"] if "bias" in a else 0)

                def back(d, grads, _, w=w, before=before, a=a):
                    grads[a[0]] = np.outer(d, before)
                    if "bias" in a:
                        grads[a[0] + ".b"] = d
                    return w.T @ d

            elif kind == "save":
                saved[a[0]] = x
                tape.append(("save", a[0], None))
                continue
            elif kind == "add":
                y, inner = saved[a[0]], []
                if len(a) > 1:
                    y, one = self.conv(y, a[1], int(a[3]), 0)
                    y, two = self.bn(y, a[2])
                    inner = [two, one]
                x = x + y
                tape.append(("add", a[0], inner))
                continue
            tape.append(("step", None, back))

        def backward(d):
            grads, to_patches, branches = {}, {}, {}
            for kind, tag, back in reversed(tape):
                if kind == "step":
                    d = back(d, grads, to_patches)
                elif kind == "add":
                    y = d
                    for b in back:
                        y = b(y, grads, {})
                    branches[tag] = branches.get(tag, 0) + y
                else:
                    d = d + branches.pop(tag, 0)
            return grads, to_patches

        return x, backward


def ansatz(network, images):
    """Logits, and for each convolution without groups (NFM, AGOP)."""
    logits, sums = [], {}
    for x in images:
        out, backward = network.forward(x)
        logits.append(out)
        for unit in np.eye(len(out)):
            for name, g in backward(unit)[1].items():
                for patch in g:
                    sums[name] = sums.get(name, 0) + np.outer(patch, patch)
    rows = {name: network.W[name].reshape(len(network.W[name]), -1) for name in sums}
    return np.array(logits), {n: (rows[n].T @ rows[n], sums[n] / len(images)) for n in sums}


def loss(network, images, labels):
    total, grads = 0, {}
    for x, label in zip(images, labels):
        out, backward = network.forward(x)
        p = np.exp(out - out.max())
        p /= p.sum()
        total -= np.log(p[label]) / len(labels)
        for name, g in backward(p - np.eye(len(out))[label])[0].items():
            grads[name] = grads.get(name, 0) + g / len(labels)
    return total, grads


def adam(network, images, labels, count=5, lr=1e-3):
    W = dict(network.W)
    m, v = {}, {}
    for t in range(1, count + 1):
        network.W = W
        for k, g in loss(network, images, labels)[1].items():
            m[k], v[k] = 0.9 * m.get(k, 0) + 0.1 * g, 0.999 * v.get(k, 0) + 0.001 * g**2
            W = {**W, k: W[k] - lr * (m[k] / (1 - 0.9**t)) / (np.sqrt(v[k] / (1 - 0.999**t)) + 1e-8)}
    return W


def similarity(a, b):
    e, v = np.linalg.eigh(b)
    root = (v * np.sqrt(np.clip(e, 0, None))) @ v.T
    pearson = lambda a, b: np.corrcoef(a.ravel(), b.ravel())[0, 1]
    cosine = lambda a, b: (a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b)
    return np.array([pearson(a, b), pearson(a, root), cosine(a, b), cosine(a, root)])


def results(steps, W, images, labels=None):
    network = Network(steps, W)
    logits, layers = ansatz(network, images)
    out = {"logits": logits}
    for name, (nfm, agop) in layers.items():
        out[f"nfm.{name}"], out[f"agop.{name}"], out[f"correlation.{name}"] = nfm, agop, similarity(nfm, agop)
    if labels is not None:
        out["loss"], grads = loss(network, images, labels)
        out.update({"gradient." + k: g for k, g in grads.items()})
        out.update({"adam5." + k: w for k, w in adam(network, images, labels).items()})
    return out


def write(path, steps, shapes, images, labels, seed):
    rng = np.random.default_rng(seed)
    W = {}
    for name, shape in shapes.items():
        part = name.rsplit(".", 1)[-1]
        scale = np.sqrt(2 / np.prod(shape[1:])) if len(shape) > 1 else 0.1
        plain = rng.uniform(0.5, 1.5, shape) if part in ("var", "gain") else rng.standard_normal(shape) * scale
        W[name] = plain.astype(np.float32).astype(np.float64)
    images = images.astype(np.float32)
    found = results(steps, W, images.astype(np.float64), labels)
    weights = {"weights." + k: v.astype(np.float32) for k, v in W.items()}
    path.parent.mkdir(exist_ok=True)
    np.savez_compressed(path, steps=np.array(steps), images=images, labels=labels, **weights, **found)
    print(path.name, {k[12:]: np.round(v, 3).tolist() for k, v in found.items() if k.startswith("correlation.")})


def check(path):
    file = np.load(path)
    W = {k[8:]: file[k].astype(np.float64) for k in file.files if k.startswith("weights.")}
    labels = file["labels"] if "labels" in file.files else None
    for name, value in results(str(file["steps"]), W, file["images"].astype(np.float64), labels).items():
        error = np.linalg.norm(value - file[name]) / np.linalg.norm(file[name])
        print(f"{name:24} {error:.1e}")


def norm(name, k):
    return {f"{name}.{part}": (k,) for part in ("mean", "var", "gain", "bias")}


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        return check(sys.argv[2])
    folder = pathlib.Path(__file__).parent / "cnfa"
    rng = np.random.default_rng(3)
    write(folder / "vanilla.npz", "conv conv0 1 1; relu; conv conv1 1 1; relu; flatten; linear out",
          {"conv0": (4, 1, 3, 3), "conv1": (5, 4, 3, 3), "out": (3, 5 * 36)}, rng.uniform(0, 1, (5, 1, 6, 6)), rng.integers(0, 3, 5), 1)
    # Every step once: padding of TensorFlow, biases, groups, ReLU6, another epsilon, both residual connections, all pools.
    steps = ("conv stem 2 same bias; bn n0 0.001; relu6; save a; conv depth 1 same groups=4; bn n1; relu; conv point 1 0; add a; "
             "maxpool 2 1 1; save b; conv block 2 1; bn n2; add b proj n3 2; relu; avgpool 2 1; conv pair 1 0 groups=2; globalavg; "
             "linear out bias")
    shapes = {"stem": (4, 2, 3, 3), "stem.b": (4,), **norm("n0", 4), "depth": (4, 1, 3, 3), **norm("n1", 4), "point": (4, 4, 1, 1),
              "block": (6, 4, 3, 3), **norm("n2", 6), "proj": (6, 4, 1, 1), **norm("n3", 6), "pair": (4, 3, 2, 2), "out": (3, 4), "out.b": (3,)}
    write(folder / "every_step.npz", steps, shapes, 2 * rng.standard_normal((4, 2, 10, 9)), rng.integers(0, 3, 4), 2)


if __name__ == "__main__":
    main()
