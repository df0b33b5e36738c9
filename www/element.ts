/**
 * Registers `<conv-rfm>`: a figure of the page, or all of it, as one tag on any page. This file is all that loads with the host page.
 * The rest comes when an element is near the screen, and everything that it started ends when the element is removed.
 */
import { home, open, styles } from "virtual:files";
import type { Host } from "./embed/host.svelte";
import type { Reports, RunReport } from "./embed/reports";

export type { RoundReport, RunReport } from "./embed/reports";

/** Events of a `<conv-rfm>`, which bubble. */
export type ConvRfmEventMap = { [K in keyof Reports]: CustomEvent<Reports[K]> };

/** How far below the window an element is loaded. */
const NEAR = "600px";

/** From these widths of an element on, in pixels, the next of its heights holds. */
const WIDTHS = [0, 480, 640, 960];

/**
 * The place that is kept for a figure from the start, by the width of the element: the most that it needs with the settings it has by
 * itself, before and after a run. With others it may grow a little.
 */
const HEIGHTS: Record<string, number[]> = {
  page: [12020, 11940, 11955, 11465],
  filters: [575, 655, 655, 605],
  accuracy: [785, 760, 730, 730],
  loop: [2575, 2410, 2230, 1365],
  compare: [3005, 2740, 2660, 2510],
  puzzle: [1335, 1070, 950, 965],
  edges: [3205, 2960, 2860, 1925],
  ansatz: [4145, 3860, 3785, 2830],
  try: [1290, 1330, 1330, 1140],
  noise: [2060, 1835, 1800, 1285],
  where: [2715, 2225, 1960, 1610],
  deep: [3910, 3915, 2545, 2305],
  matrix: [1545, 1655, 1655, 1160],
  data: [1735, 1765, 1005, 1005],
};

const room = new CSSStyleSheet();
room.replaceSync(
  ":host{display:block;container:convrfm/inline-size}:host([hidden]){display:none}.room{display:flex;min-height:var(--convrfm-height,var(--h))}.room>*{box-sizing:border-box;flex:1;min-width:0}" +
    Object.entries(HEIGHTS)
      .flatMap(([name, heights]) =>
        heights.map((height, i) => `@container convrfm (width>=${WIDTHS[i]}px){.room[data-figure=${name}]{--h:${height}px}}`),
      )
      .join(""),
);

export class ConvRfmElement extends HTMLElement {
  #room: HTMLElement;
  #near: IntersectionObserver | null = null;
  #attributes: MutationObserver | null = null;
  /** Null before the element is near the screen, and after it was removed. */
  #host: Promise<Host> | null = null;
  #last: RunReport | null = null;
  #loaded: Host | null = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [room];
    this.#room = document.createElement("div");
    this.#room.className = "room";
    root.append(this.#room);
  }

  connectedCallback() {
    // Moved within the page, it goes on.
    if (this.#near) return;
    this.#keepRoom();
    this.#attributes = new MutationObserver(() => {
      this.#keepRoom();
      this.#loaded?.change(this.#given, this.#surrounding);
    });
    this.#attributes.observe(this, { attributes: true });
    this.#near = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) void this.#open().catch(() => {});
      },
      { rootMargin: NEAR },
    );
    this.#near.observe(this);
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (!this.isConnected) this.#end();
    });
  }

  /**
   * Runs to the end, or goes on; resolves when the run has ended or is paused. Frameworks that set properties in place of attributes
   * set `run="visible"` here.
   */
  get run(): () => Promise<void> {
    return async () => (await this.#open()).run();
  }

  set run(value: string) {
    this.setAttribute("run", value);
  }

  async pause(): Promise<void> {
    await (await this.#host)?.pause();
  }

  /** One round. */
  async step(): Promise<void> {
    await (await this.#open()).step();
  }

  /** Back to round 0. */
  async reset(): Promise<void> {
    await (await this.#host)?.reset();
  }

  /** What is known of the run; null before one was prepared. After removal: of the last one. */
  get results(): RunReport | null {
    return this.#loaded?.results ?? this.#last;
  }

  override addEventListener<K extends keyof ConvRfmEventMap>(
    type: K,
    listener: (this: ConvRfmElement, event: ConvRfmEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(type: string, listener: unknown, options?: boolean | AddEventListenerOptions) {
    super.addEventListener(type, listener as EventListener, options);
  }

  readonly #given = (name: string) => this.getAttribute(name);

  get #surrounding() {
    return this.closest("[lang]")?.getAttribute("lang") ?? null;
  }

  #keepRoom() {
    this.#room.dataset.figure = this.getAttribute("figure") ?? "filters";
  }

  /** Loads the element and what it shows; every call returns the same. */
  #open(): Promise<Host> {
    if (!this.isConnected) return Promise.reject(new Error("<conv-rfm> is not on a page"));
    const opening: Promise<Host> = (this.#host ??= this.#load().then(
      (host) => {
        if (this.#host === opening) this.#loaded = host;
        else void host.destroy();
        return host;
      },
      (error: unknown) => {
        if (this.#host === opening) this.#host = null;
        const message = error instanceof Error ? error.message : String(error);
        this.#room.textContent = message;
        this.#tell("error", { message });
        throw error;
      },
    ));
    return opening;
  }

  async #load() {
    this.#room.replaceChildren();
    const opening = await open();
    return opening.open(this.#room, this.#given, (kind, report) => this.#tell(kind, report), {
      home,
      styles,
      surrounding: this.#surrounding,
    });
  }

  #tell<K extends keyof Reports>(kind: K, detail: Reports[K]) {
    this.dispatchEvent(new CustomEvent(kind, { detail, bubbles: true, composed: true }));
  }

  #end() {
    this.#last = this.results;
    this.#near?.disconnect();
    this.#attributes?.disconnect();
    this.#near = this.#attributes = null;
    void this.#loaded?.destroy();
    this.#loaded = this.#host = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "conv-rfm": ConvRfmElement;
  }
}

if (!customElements.get("conv-rfm")) customElements.define("conv-rfm", ConvRfmElement);
