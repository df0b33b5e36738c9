import { expect, test } from "vitest";
import { paragraphs, parse } from "./prose";

test("text without links is one piece, and no text is none", () => {
  expect(parse("K is symmetric.")).toEqual([{ kind: "text", text: "K is symmetric." }]);
  expect(parse("")).toEqual([]);
});

test("a target is a term or an address", () => {
  expect(parse("A [kernel machine](machine).")).toEqual([
    { kind: "text", text: "A " },
    { kind: "term", text: "kernel machine", term: "machine" },
    { kind: "text", text: "." },
  ]);
  expect(parse("[paper](https://arxiv.org/abs/2309.00570#s-1)")).toEqual([
    { kind: "link", text: "paper", address: "https://arxiv.org/abs/2309.00570#s-1" },
  ]);
});

test("brackets and parentheses of formulas are text", () => {
  for (const text of ["M[i, j] (of a patch)", "K(x, x') [1]", "[a] (b)", "[](m)", "[M](two words)", "[M]()", "f(x)[i](", "a](b)"]) {
    expect(parse(text), text).toEqual([{ kind: "text", text }]);
  }
  expect(parse("M[i] of [M](m)")).toEqual([
    { kind: "text", text: "M[i] of " },
    { kind: "term", text: "M", term: "m" },
  ]);
  expect(parse("[a [M](m)")).toEqual([
    { kind: "text", text: "[a " },
    { kind: "term", text: "M", term: "m" },
  ]);
});

test("an address that is not https is no link", () => {
  for (const target of ["javascript:x", "http://example.org", "data:text/html"]) {
    expect(parse(`[a](${target})`)).toEqual([{ kind: "term", text: "a", term: target }]);
  }
});

test("every character of the text is in one piece", () => {
  const text = "One [M](m) two\n\nthree [four](m)";
  expect(
    parse(text)
      .map((piece) => piece.text)
      .join(""),
  ).toBe("One M two\n\nthree four");
});

test("an empty line separates paragraphs", () => {
  expect(paragraphs("One\nline.\n\n Two. \n \nThree.")).toEqual(["One\nline.", "Two.", "Three."]);
  expect(paragraphs("One.")).toEqual(["One."]);
});
