/** A host in Vue: attributes from its state, events into it, methods by a reference. */
import { createApp, defineComponent, h, ref } from "vue";

/** @typedef {import("../../../../www/element.ts").ConvRfmElement} ConvRfm */

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

const Host = defineComponent(() => {
  const there = ref(true);
  const patch = ref(5);
  const heard = ref(/** @type {string[]} */ ([]));
  const element = ref(/** @type {ConvRfm | null} */ (null));
  const hear = (/** @type {CustomEvent} */ { type, detail }) => heard.value.push(type === "round" ? `round ${detail.round}` : type);
  return () =>
    h("main", [
      h("button", { id: "there", onClick: () => (there.value = !there.value) }, "there"),
      h("button", { id: "patch", onClick: () => (patch.value = 7) }, "patch"),
      h("button", { id: "go", onClick: () => element.value?.run() }, "go"),
      there.value && h("conv-rfm", { ref: element, ...SETTINGS, patch: patch.value, run: "press", onRound: hear, onDone: hear }),
      h("output", heard.value.join(", ")),
    ]);
});

createApp(Host).mount("#host");
