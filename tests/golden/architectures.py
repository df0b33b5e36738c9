"""Writes the golden files of architectures, architectures/*.npz: the logits of torchvision's networks and of EfficientNet-Lite0 with
weights drawn from their names, in double precision. Needs NumPy only.

    python3 architectures.py

A file holds no weights, because `numbers` draws the same ones in every language. It holds the text `arrays` (name and extents of
each array, as `state_dict()` has them), the number of filters of the first layer, the shape of the images, and the logits. The
forward passes follow the modules of torchvision and of the package efficientnet_lite_pytorch, and know nothing of this project's
steps.
"""
import pathlib

import numpy as np

import cnfa


def numbers(name, count):
    """Multiples of 2^-23 in [0, 1), which single precision holds exactly: SplitMix64 from the FNV-1a hash of the name."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    z = np.uint64(state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(41)).astype(np.float64) / 2**23


def weights(name, shape):
    """Weights of about He's size, biases and means of up to 1/8, gains and variances from 1/2 to 3/2. Projections of EfficientNet are
    half as large: before a ReLU6, larger ones amplify rounding errors a hundredfold."""
    u = numbers(name, int(np.prod(shape))).reshape(shape)
    if len(shape) > 1:
        return (2 * u - 1) / 2 ** (max(0, (int(np.prod(shape[1:])).bit_length() - 3) // 2) + ("_project_conv" in name))
    return u + 0.5 if name.endswith((".running_var", ".weight")) else (2 * u - 1) / 8


class Model:
    """Layers by name, with `width` filters in the first layer, which has `base` of them in the published network."""

    def __init__(self, width, base):
        self.width, self.base, self.arrays = width, base, {}

    def wide(self, channels):
        assert channels * self.width % self.base == 0
        return channels * self.width // self.base

    def array(self, name, *shape):
        self.arrays[name] = shape
        return weights(name, shape)

    def conv(self, x, name, filters, q, stride=1, padding=0, bias=False, groups=1):
        W = {"w": self.array(f"{name}.weight", filters, len(x) // groups, q, q)}
        if bias:
            W["w.b"] = self.array(f"{name}.bias", filters)
        return cnfa.Network("", W).conv(x, "w", stride, padding, bias, groups)[0]

    def norm(self, x, name, eps=1e-5):
        array = lambda part: self.array(f"{name}.{part}", len(x))[:, None, None]
        gain, bias, mean, var = map(array, ("weight", "bias", "running_mean", "running_var"))
        return (x - mean) / np.sqrt(var + eps) * gain + bias

    def linear(self, x, name, outputs):
        return self.array(f"{name}.weight", outputs, x.size) @ x.reshape(-1) + self.array(f"{name}.bias", outputs)


def relu(x, top=np.inf):
    return np.clip(x, 0, top)


def maxpool(x, size, stride, padding=0):
    return cnfa.Network("", {}).pool(x, size, stride, padding, False)[0]


def alexnet(m, x, classes):
    for index, filters, q, stride, padding in [(0, 64, 11, 4, 2), (3, 192, 5, 1, 2), (6, 384, 3, 1, 1), (8, 256, 3, 1, 1), (10, 256, 3, 1, 1)]:
        x = relu(m.conv(x, f"features.{index}", m.wide(filters), q, stride, padding, bias=True))
        if index in (0, 3, 10):
            x = maxpool(x, 3, 2)
    assert x.shape[1:] == (6, 6)  # so that the adaptive average pooling to 6 x 6 changes nothing
    x = relu(m.linear(x, "classifier.1", m.wide(4096)))
    x = relu(m.linear(x, "classifier.4", m.wide(4096)))
    return m.linear(x, "classifier.6", classes)


def vgg(m, x, classes, layers, norm):
    counts = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}[layers]
    index = 0
    for count, filters in zip(counts, (64, 128, 256, 512, 512)):
        for _ in range(count):
            x = m.conv(x, f"features.{index}", m.wide(filters), 3, 1, 1, bias=True)
            if norm:
                x = m.norm(x, f"features.{index + 1}")
            x, index = relu(x), index + (3 if norm else 2)
        x, index = maxpool(x, 2, 2), index + 1
    assert x.shape[1:] == (7, 7)
    x = relu(m.linear(x, "classifier.0", m.wide(4096)))
    x = relu(m.linear(x, "classifier.3", m.wide(4096)))
    return m.linear(x, "classifier.6", classes)


def resnet(m, x, classes, counts, bottleneck):
    x = maxpool(relu(m.norm(m.conv(x, "conv1", m.wide(64), 7, 2, 3), "bn1")), 3, 2, 1)
    for stage, count in enumerate(counts):
        planes = m.wide(64 << stage)
        outputs = planes * (4 if bottleneck else 1)
        for block in range(count):
            name, stride = f"layer{stage + 1}.{block}", 2 if stage > 0 and block == 0 else 1
            identity = x
            if bottleneck:
                out = relu(m.norm(m.conv(x, f"{name}.conv1", planes, 1), f"{name}.bn1"))
                out = relu(m.norm(m.conv(out, f"{name}.conv2", planes, 3, stride, 1), f"{name}.bn2"))
                out = m.norm(m.conv(out, f"{name}.conv3", outputs, 1), f"{name}.bn3")
            else:
                out = relu(m.norm(m.conv(x, f"{name}.conv1", planes, 3, stride, 1), f"{name}.bn1"))
                out = m.norm(m.conv(out, f"{name}.conv2", outputs, 3, 1, 1), f"{name}.bn2")
            if stride != 1 or len(x) != outputs:
                identity = m.norm(m.conv(x, f"{name}.downsample.0", outputs, 1, stride), f"{name}.downsample.1")
            x = relu(out + identity)
    return m.linear(x.mean((1, 2)), "fc", classes)


def efficientnet_lite0(m, x, classes):
    act = lambda x, name: relu(m.norm(x, name, 1e-3), 6)
    x = act(m.conv(x, "_conv_stem", m.wide(32), 3, 2, "same"), "_bn0")
    index = 0
    for repeats, q, stride, expansion, _, outputs in [
        (1, 3, 1, 1, 32, 16), (2, 3, 2, 6, 16, 24), (2, 5, 2, 6, 24, 40), (3, 3, 2, 6, 40, 80),
        (3, 5, 1, 6, 80, 112), (4, 5, 2, 6, 112, 192), (1, 3, 1, 6, 192, 320),
    ]:
        for repeat in range(repeats):
            name, inputs = f"_blocks.{index}", x
            if expansion != 1:
                x = act(m.conv(x, f"{name}._expand_conv", len(x) * expansion, 1), f"{name}._bn0")
            steps = stride if repeat == 0 else 1
            x = act(m.conv(x, f"{name}._depthwise_conv", len(x), q, steps, "same", groups=len(x)), f"{name}._bn1")
            x = m.norm(m.conv(x, f"{name}._project_conv", m.wide(outputs), 1), f"{name}._bn2", 1e-3)
            if steps == 1 and len(x) == len(inputs):
                x = x + inputs
            index += 1
    x = act(m.conv(x, "_conv_head", m.wide(1280), 1), "_bn1")
    return m.linear(x.mean((1, 2)), "_fc", classes)


def write(folder, name, forward, width, base, side, classes=10, count=2):
    images = numbers("images", count * 3 * side * side).reshape(count, 3, side, side)
    logits = []
    for image in images:
        model = Model(width, base)
        logits.append(forward(model, image, classes))
    arrays = "; ".join(" ".join([array, *map(str, shape)]) for array, shape in model.arrays.items())
    folder.mkdir(exist_ok=True)
    np.savez_compressed(folder / f"{name}.npz", arrays=np.array(arrays), shape=np.array(images.shape), logits=np.array(logits))
    print(name, sum(int(np.prod(shape)) for shape in model.arrays.values()), "weights, logits", np.round(logits[0][:5], 3).tolist())


def main():
    folder = pathlib.Path(__file__).parent / "architectures"
    write(folder, "alexnet", alexnet, 8, 64, 224)
    write(folder, "vgg16", lambda m, x, classes: vgg(m, x, classes, 16, False), 4, 64, 224, count=1)
    write(folder, "vgg11_bn", lambda m, x, classes: vgg(m, x, classes, 11, True), 4, 64, 224, count=1)
    # All 11.7 million weights.
    write(folder, "resnet18", lambda m, x, classes: resnet(m, x, classes, (2, 2, 2, 2), False), 64, 64, 64, classes=1000)
    write(folder, "resnet34", lambda m, x, classes: resnet(m, x, classes, (3, 4, 6, 3), False), 8, 64, 64)
    write(folder, "resnet50", lambda m, x, classes: resnet(m, x, classes, (3, 4, 6, 3), True), 8, 64, 64)
    write(folder, "efficientnet-lite0", efficientnet_lite0, 8, 32, 64)


if __name__ == "__main__":
    main()
