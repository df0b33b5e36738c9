import { describe, expect, it } from "vitest";
import { built, turn } from "./turn";

describe("building in pieces", () => {
  it("takes the pieces of a piece before what waits longer", async () => {
    const order: string[] = [];
    const piece = async (name: string, ...inner: string[]) => {
      await turn();
      order.push(name);
      for (const next of inner) void piece(next);
    };
    void piece("first");
    void piece("second", "of the second", "and another");
    void piece("third", "of the third");
    expect(order).toEqual([]);
    await built();
    expect(order).toEqual(["first", "second", "of the second", "and another", "third", "of the third"]);
    await built();
    void piece("later");
    await built();
    expect(order.at(-1)).toBe("later");
  });
});
