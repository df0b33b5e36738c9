/** Files of weights with random numbers, small: the arrays of the golden files of architectures, 8 filters in the first layer. */
import { readFileSync } from "node:fs";
import { readNpz } from "./npz.js";

/**
 * A .safetensors file in single precision. The same from the same name.
 * @param {string} architecture
 * @param {(name: string, shape: number[]) => number[] | null} [change]  another shape of an array, or none of it
 */
export function weightsFile(architecture, change = (_, shape) => shape) {
  const { arrays } = readNpz(readFileSync(new URL(`../golden/architectures/${architecture}.npz`, import.meta.url)));
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  /** @type {Record<string, {dtype: string, shape: number[], data_offsets: number[]}>} */
  const header = {};
  const parts = [];
  let at = 0;
  for (const line of String(arrays?.values).split("; ")) {
    const [name = "", ...extents] = line.split(" ");
    const shape = change(name, extents.map(Number));
    if (!shape) continue;
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => value(name, shape, next()));
    const end = at + values.byteLength;
    header[name] = { dtype: "F32", shape, data_offsets: [at, end] };
    parts.push(Buffer.from(values.buffer));
    at = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}

/** Weights of about He's size; gains and variances about 1. @param {string} name @param {number[]} shape @param {number} u */
function value(name, shape, u) {
  if (shape.length > 1) return (2 * u - 1) * Math.sqrt(6 / shape.slice(1).reduce((a, b) => a * b, 1));
  return /(running_var|weight)$/.test(name) ? u + 0.5 : (2 * u - 1) / 8;
}
