/** The command line program `convrfm`, as `cargo xtask test` builds it. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Timeout of a test that may have to build the program. */
export const BUILDING_MS = 10 * 60_000;

/** Its path; the environment variable CONVRFM may name one that is built already. `cargo run` would compile its dependencies again, with other features than the Rust tests have. */
export async function program() {
  const path = process.env.CONVRFM ?? `${root}target/debug/convrfm`;
  if (!existsSync(path)) await promisify(execFile)("cargo", ["build", "--quiet", "--package", "convrfm-cli"], { cwd: root });
  return path;
}
