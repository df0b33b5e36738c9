/** Puts the page together: words and controls at once, the engine only after the first paint. */
import { mountAttention } from "./attention.js";
import { mountChapters } from "./chapters.js";
import { Controller } from "./controller.js";
import { mount, nextTask, painted } from "./draw/dom.js";
import { onSchemeChange } from "./draw/colormap.js";
import { blank, Store } from "./model.js";
import { hasItsPack } from "./packs.js";
import { learnPacks, parse } from "./state.js";
import { languageNow } from "./strings/language.js";
import { fixed, language } from "./strings/words.js";
import { mountAccuracy } from "./view/accuracy.js";
import { mountDrop } from "./view/drop.js";
import { mountFilters } from "./view/filters.js";
import { mountHide } from "./view/hide.js";
import { mountLanguages } from "./view/languages.js";
import { mountMessages } from "./view/messages.js";
import { mountPins } from "./view/pins.js";
import { mountSamples } from "./view/samples.js";
import { mountSeen } from "./view/seen.js";
import { mountSetup } from "./view/setup.js";
import { mountTransport } from "./view/transport.js";

document.documentElement.lang = language;
document.title = fixed.pageTitle ?? document.title;
for (const element of document.querySelectorAll("[data-text]")) {
  element.textContent = fixed[element.getAttribute("data-text") ?? ""] ?? "";
}
for (const element of document.querySelectorAll("[data-html]")) {
  element.innerHTML = fixed[element.getAttribute("data-html") ?? ""] ?? "";
}

learnPacks(hasItsPack);
const { settings, corrections, view } = parse(location.search);
const store = new Store(blank(settings, corrections, view));
const controller = new Controller(store);

// A few parts at a time: all together hold up a phone for a tenth of a second.
mountTransport(mount("#transport"), store, controller);
mountMessages(mount("#messages"), mount("#announcer"), store, controller);
await nextTask();
mountSetup(mount("#setup"), store, controller);
mountDrop(store, controller);
await nextTask();
mountSamples(mount("#data .station-body"), store);
mountAccuracy(mount("#accuracy .station-body"), store);
mountPins(mount("#accuracy .station-body"), store, controller);
await nextTask();
mountFilters(mount("#filters .station-body"), store);
mountSeen(mount("#seen .station-body"), store, controller);
mountChapters(store, controller);
const tourStart = mount("#tour-start");
tourStart.addEventListener("click", () => controller.look({ lesson: 1 }));
/** Loaded by the first who takes it. @type {Promise<void> | null} */
let tour = null;
store.watch(
  ({ view }) => [view.lesson],
  ({ view }) => {
    if (view.lesson !== null) tour ??= painted.then(() => import("./view/tour.js")).then(({ mountTour }) => mountTour(store, controller, tourStart));
  },
);
mountLanguages(mount("#languages"), store);
mountHide(store);
mountAttention(store, controller);
store.whenDrawn(({ phase }) => (document.body.dataset.phase = phase));

onSchemeChange(() => store.redraw());

// The address may be edited by hand, or belong to another state when the reader goes back.
addEventListener("popstate", () => (languageNow() === language ? controller.visit(location.search) : location.reload()));

painted.then(() => controller.visit(location.search));
