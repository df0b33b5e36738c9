/** Puts an instance on somebody else's page: in the shadow root of a `<conv-rfm>`, or into the document of a frame. */
import { mount, tick, unmount } from "svelte";
import AppView from "../App.svelte";
import { schemeChanged } from "../draw/colormap.svelte";
import FigureView from "../Figure.svelte";
import { appFor, type App } from "../run/app.svelte";
import { loadExample } from "../run/example";
import { turn } from "../parts/turn";
import { missingForPage } from "../run/needs";
import { experiment, FIRST_SET, format, NAMES } from "../run/settings";
import { languageFor, languageOf } from "../text/language";
import { CHAPTERS, type FigureName } from "./figures";
import { report, reportOf, type Tell } from "./report.svelte";
import type { RunReport } from "./reports";
import "../theme.css";

/** Attributes of an element, or values of the address of a frame. */
export type Given = (name: string) => string | null;

/** What is asked for, understood. */
interface Wanted {
  search: string;
  figure: FigureName;
  theme: App["theme"];
  start: "press" | "visible" | "never";
  language: ReturnType<typeof languageFor>;
}

/** What a figure is about where no data set is named: dead leaves can neither be drawn nor be noisy. */
const DATA: Partial<Record<FigureName, string>> = {
  try: "data=mnist",
  noise: "data=local-signal",
  deep: format(experiment("deep")).slice(1),
};

const FIGURES = ["page", "filters", "accuracy", ...Object.keys(CHAPTERS)] as FigureName[];

/** The figure of an attribute or an address; the filters where there is no such figure. */
const figureNamed = (text: string | null | undefined): FigureName =>
  FIGURES.find((name) => name === text?.trim().toLowerCase()) ?? "filters";

function understood(given: Given, surrounding: string | null): Wanted {
  const search = new URLSearchParams();
  for (const name of NAMES) {
    const value = given(name);
    if (value !== null) search.set(name, value);
  }
  const [theme, start] = [given("theme"), given("run")];
  const figure = figureNamed(given("figure"));
  return {
    search: search.has("data") ? `?${search}` : `?${search}&${DATA[figure] ?? ""}`,
    figure,
    theme: theme === "light" || theme === "dark" ? theme : null,
    start: start === "visible" || start === "never" ? start : "press",
    language: languageOf(given("lang")) ?? languageOf(surrounding) ?? languageFor(navigator.languages),
  };
}

/** Taken for the height of a window that a frame of another origin is not told: half of it fits into a phone on its side. */
const UNKNOWN_HEIGHT = 480;

export class Host {
  readonly #app: App;
  readonly #target: HTMLElement;
  readonly #stopTelling: () => void;
  #wanted: Wanted;
  #view: Record<string, unknown> | null = null;
  /** Starts a run once half of the figure, or of the window, is in sight. */
  #sight: IntersectionObserver;
  #inSight = false;
  #started = false;

  private constructor(target: HTMLElement, app: App, wanted: Wanted, tell: Tell) {
    this.#target = target;
    this.#app = app;
    this.#wanted = wanted;
    this.#stopTelling = report(app, tell);
    this.#sight = new IntersectionObserver((entries) => this.#see(entries), { threshold: [0, 0.25, 0.5, 0.75, 1] });
    this.#sight.observe(target);
  }

  /**
   * @param home  address of the whole page
   * @param surrounding  the language of what is around, if it says
   * @throws {Error} where the browser is too old
   */
  static async open(target: HTMLElement, given: Given, tell: Tell, home: string, surrounding: string | null): Promise<Host> {
    const missing = missingForPage();
    const wanted = understood(given, surrounding);
    const app = await appFor(wanted.search, wanted.language);
    if (missing.length) throw new Error(app.words.errors.oldBrowser(missing.join(", ")));
    app.guest = true;
    app.home = home;
    await turn();
    app.visit(wanted.search);
    await turn();
    const host = new Host(target, app, wanted, tell);
    host.#show();
    // Other settings have no example, and without it the figure waits for Run.
    if (app.run.settings.data === FIRST_SET)
      loadExample().then(
        (example) => (app.run.example = example),
        () => {},
      );
    return host;
  }

  get results(): RunReport | null {
    const { results } = this.#app.run;
    return results && reportOf(results);
  }

  /** Takes over what is asked for now. */
  change(given: Given, surrounding: string | null) {
    const before = this.#wanted;
    const wanted = (this.#wanted = understood(given, surrounding));
    const same = (...keys: (keyof Wanted)[]) => keys.every((key) => wanted[key] === before[key]);
    if (!same("figure", "start")) this.#show();
    if (!same("theme")) this.#colour();
    if (!same("search")) this.#app.visit(wanted.search);
    if (!same("search", "start")) this.#started = false;
    this.#startInSight();
  }

  async run() {
    const { run } = this.#app;
    this.#started = true;
    await (run.phase === "paused" ? run.resume() : run.run());
  }

  pause() {
    return this.#app.run.pause();
  }

  step() {
    return this.#app.run.step();
  }

  reset() {
    return this.#app.run.reset();
  }

  /** Ends workers, timers and listeners; nothing stays in the target. */
  async destroy() {
    this.#sight.disconnect();
    this.#stopTelling();
    if (this.#view) await unmount(this.#view);
    this.#view = null;
    this.#app.run.destroy();
    this.#app.noise?.stop();
    this.#app.shuffled?.stop();
  }

  #show() {
    const { figure, start } = this.#wanted;
    if (this.#view) void unmount(this.#view);
    const [target, app] = [this.#target, this.#app];
    this.#view =
      figure === "page"
        ? mount(AppView, { target, props: { app } })
        : mount(FigureView, { target, props: { app, figure, controls: start !== "never" } });
    this.#colour();
  }

  #colour() {
    this.#app.theme = this.#wanted.theme;
    // Pictures look for the scheme where they stand.
    void tick().then(schemeChanged);
  }

  #see(entries: IntersectionObserverEntry[]) {
    const entry = entries.at(-1);
    if (!entry) return;
    const { intersectionRect: seen, boundingClientRect: whole, rootBounds } = entry;
    this.#inSight = entry.isIntersecting && seen.height >= 0.5 * Math.min(whole.height, rootBounds?.height ?? UNKNOWN_HEIGHT);
    this.#startInSight();
  }

  #startInSight() {
    if (this.#wanted.start === "visible" && this.#inSight && !this.#started) void this.run();
  }
}
