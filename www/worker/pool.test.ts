import { expect, test } from "vitest";
import { Memory, type PoolMessage } from "./pool";

const update = (content: string | Record<string, unknown>, problem = 3): PoolMessage => ({
  kind: "update",
  of: "network",
  problem,
  content,
});

// Each of eight workers was noted with its own copy of every part of the images: a worker that was started anew got eight times the
// training images, and then took the second copy of them for the validation images.
test("a worker that starts anew is told of every part of a network's images once, and of the latest weights", () => {
  const memory = new Memory();
  const told = [
    update({ Load: { steps: "" } }),
    ...[0, 1, 2].map((part) => update({ Images: { part, labels: [] } })),
    update("Parameters"),
    update("Parameters"),
  ];
  for (const message of told) for (const member of [0, 1]) memory.note(member, { message, values: new Float32Array(1) });
  const contents = memory.for(1).map(({ message }) => message.content);
  expect(contents).toEqual([...told.slice(0, 4), told[5]].map((message) => message?.content));
  memory.note(0, { message: update("Unload"), values: new Float32Array() });
  expect(memory.for(1)).toEqual([]);
});

test("panels are made by the worker itself, after the transform that they depend on", () => {
  const memory = new Memory();
  for (const content of ["Load", "Panels", "Transform", { Panels: {} }]) {
    memory.note(0, { message: update(typeof content === "string" ? { [content]: {} } : content), values: new Float32Array(9) });
  }
  expect(memory.for(0).map(({ message }) => Object.keys(message.content as object)[0])).toEqual([
    "Load",
    "Transform",
    "MakePanels",
  ]);
});
