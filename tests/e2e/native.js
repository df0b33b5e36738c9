/** The command line, as the Rust tests have built it. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Of a test that may have to build it first. */
export const BUILDING_MS = 10 * 60_000;

/** Where it is. `cargo run` would build it anew, its libraries with other features than those that the tests chose. */
export async function program() {
  const built = `${root}target/debug/convrfm`;
  if (!existsSync(built)) await promisify(execFile)("cargo", ["build", "--quiet"], { cwd: root });
  return built;
}
