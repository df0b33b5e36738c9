/** A host in React: attributes from its state, events into it, methods by a reference. */
import { createElement as h, useRef, useState } from "react";
import { createRoot } from "react-dom/client";

/** @typedef {import("../../../../www/element.ts").ConvRfmElement} ConvRfm */

function Host() {
  const [there, setThere] = useState(true);
  const [patch, setPatch] = useState(5);
  const [heard, setHeard] = useState(/** @type {string[]} */ ([]));
  const element = useRef(/** @type {ConvRfm | null} */ (null));
  const hear = (/** @type {CustomEvent} */ { type, detail }) =>
    setHeard((before) => [...before, type === "round" ? `round ${detail.round}` : type]);
  return h(
    "main",
    null,
    h("button", { id: "there", onClick: () => setThere(!there) }, "there"),
    h("button", { id: "patch", onClick: () => setPatch(7) }, "patch"),
    h("button", { id: "go", onClick: () => element.current?.run() }, "go"),
    there && h("conv-rfm", { ref: element, ...SETTINGS, patch, run: "press", onround: hear, ondone: hear }),
    h("output", null, heard.join(", ")),
  );
}

const SETTINGS = {
  figure: "filters",
  engine: "cpu",
  data: "star",
  train: 20,
  validation: 20,
  test: 40,
  seed: 12,
  depth: 1,
  rounds: 2,
  agop: 5,
};

const target = document.querySelector("#host");
if (target) createRoot(target).render(h(Host));
