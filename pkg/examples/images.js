import { ConvRfm } from "convrfm";

// 200 grey images of 12 x 12: noise, and in every second one a bright square of 3 x 3 at a random place.
const [count, side] = [200, 12];
const pixels = Float32Array.from({ length: count * side * side }, () => Math.random() - 0.5);
const labels = Array.from({ length: count }, (_, image) => image % 2);
for (let image = 1; image < count; image += 2) {
  const [top, left] = [0, 0].map(() => Math.floor(Math.random() * (side - 2)));
  for (let i = 0; i < 9; i++) pixels[(image * side + top + Math.floor(i / 3)) * side + left + (i % 3)] += 2;
}

const model = new ConvRfm({
  data: { pixels, labels, height: side, width: side, classes: ["noise", "square"] },
  settings: { train: 100, validation: 50, test: 50, patch: 3, depth: 1, ridge: 1e-2, rounds: 3 },
});
for await (const { accuracy } of model.run({ signal: AbortSignal.timeout(60_000) })) console.log(`${accuracy.test} %`);

const { labels: predicted, scores } = await model.predict(pixels.subarray(0, 2 * side * side));
console.log(`classes ${predicted.join(", ")}; ${scores.length} scores`);
model.free();
