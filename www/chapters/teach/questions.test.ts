/** The places that `docs/questions.md` names are on the page. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { CHAPTERS } from "../../embed/figures";
import { loop } from "../../text/en/loop";

const text = await readFile(new URL("../../../docs/questions.md", import.meta.url), "utf8");
const questions = text.split("\n").filter((line) => /^\d+\. /.test(line));

test("there are twenty questions, each with a place and an answer", () => {
  expect(questions).toHaveLength(20);
  for (const question of questions) expect(question).toMatch(/^\d+\. \*\*.+\?\*\* \[.+\]\(\.\.\/#\w+\)(, station ".+")?\. .+\.$/);
});

test("every chapter and every station that is named exists", () => {
  const chapters = Object.values(CHAPTERS).map(({ name }) => name as string);
  for (const [, chapter = ""] of text.matchAll(/\.\.\/#(\w+)/g)) expect(chapters).toContain(chapter);
  const stations = Object.values(loop.stops).map(({ title }) => title);
  for (const [, station = ""] of text.matchAll(/station "([^"]+)"/g)) expect(stations).toContain(station);
});
