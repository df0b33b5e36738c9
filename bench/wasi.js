/** Runs a program compiled for wasm32-wasip1: node bench/wasi.js FILE ARGUMENTS */
import { readFile } from "node:fs/promises";
import { WASI } from "node:wasi";

const [file = "", ...parameters] = process.argv.slice(2);
const wasi = new WASI({ version: "preview1", args: [file, ...parameters], returnOnExit: true });
const module = await WebAssembly.compile(await readFile(file));
const instance = await WebAssembly.instantiate(module, /** @type {WebAssembly.Imports} */ (wasi.getImportObject()));
process.exitCode = wasi.start(instance);
