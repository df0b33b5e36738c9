/**
 * What a step points at: found, kept in sight while chapters above it still load, and measured. As soon as the reader scrolls, the
 * page is theirs.
 */
import { corner, heightFor, NARROW, RING, type Box } from "./place";
import type { Place } from "./steps";

/** A chapter that has not come by then is not on this page. */
const PATIENCE_MS = 6000;
const LOOK_AGAIN_MS = 50;

export class Spot {
  target: HTMLElement | null = $state.raw(null);
  /** Of the ring, relative to the layer it stands in. */
  ring: { x: number; y: number; width: number; height: number } | null = $state.raw(null);
  /** Of the card, in the window. */
  place = $state.raw({ x: 0, y: 0 });

  readonly #root: Element;
  readonly #card: HTMLElement;
  readonly #layer: HTMLElement;
  readonly #window: Window;
  #following = true;
  /** What has to stay clear of the card beside the target. */
  #with: string | null = null;

  constructor(card: HTMLElement, layer: HTMLElement) {
    this.#root = card.closest(".convrfm") ?? card;
    this.#card = card;
    this.#layer = layer;
    this.#window = card.ownerDocument.defaultView ?? window;
  }

  /** Points at a place. Returns what ends it. */
  show(place: Place): () => void {
    const ending = new AbortController();
    const { signal } = ending;
    this.target = null;
    this.ring = null;
    this.#following = true;
    this.#with = place.with ?? null;
    this.#find(place, signal, performance.now());
    const resized = new ResizeObserver(() => {
      if (this.target && !isShown(this.target)) this.#find(place, signal, performance.now());
      else this.#follow("instant");
    });
    resized.observe(this.#root);
    resized.observe(this.#card);
    const leave = () => (this.#following = false);
    for (const event of ["wheel", "touchmove", "pointerdown"])
      this.#window.addEventListener(event, leave, { signal, passive: true });
    const measure = () => this.measure();
    for (const event of ["scroll", "resize"]) this.#window.addEventListener(event, measure, { signal, passive: true });
    this.measure();
    return () => {
      ending.abort();
      resized.disconnect();
    };
  }

  /** Puts card and ring where the target is now. */
  measure() {
    const { target } = this;
    const box = target && this.#boxOf(target);
    const { x, y } = corner(this.#sizeOfCard(), this.#room(), box, this.#also()?.getBoundingClientRect() ?? null);
    this.place = { x, y };
    if (!box) {
      this.ring = null;
      return;
    }
    const layer = this.#layer.getBoundingClientRect();
    this.ring = {
      x: box.left - layer.left - RING,
      y: box.top - layer.top - RING,
      width: box.right - box.left + 2 * RING,
      height: box.bottom - box.top + 2 * RING,
    };
  }

  #find(place: Place, signal: AbortSignal, since: number) {
    if (signal.aborted) return;
    const found = place.at.flatMap((selector) => [...this.#root.querySelectorAll<HTMLElement>(selector)]).find(isShown);
    const isLast = !place.chapter || performance.now() - since > PATIENCE_MS;
    // A chapter stands there before its content does.
    const chapter = place.chapter ? this.#root.querySelector(`[data-chapter=${place.chapter}]`) : null;
    if (found && (found !== chapter || isLast)) {
      this.target = found;
      const still = this.#window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.#follow(still ? "instant" : "smooth");
    } else if (performance.now() - since < PATIENCE_MS) {
      if (this.#following) chapter?.scrollIntoView({ block: "start" });
      setTimeout(() => this.#find(place, signal, since), LOOK_AGAIN_MS);
    }
  }

  #follow(behavior: ScrollBehavior) {
    const { target } = this;
    if (target && this.#following && !target.closest("[part=transport]")) {
      const room = this.#room();
      const foot = room.height - (room.width < NARROW ? this.#card.offsetHeight : 0);
      const most = heightFor(this.#card.getBoundingClientRect(), room);
      let { top, bottom } = this.#boxOf(target);
      // What else the step is about, and the heading of the chapter, are shown as well where there is room for them.
      for (const element of [this.#also(), target.closest("[data-chapter]")?.querySelector("h2")]) {
        const box = element?.getBoundingClientRect();
        if (!box || Math.max(bottom, box.bottom) - Math.min(top, box.top) > most) continue;
        [top, bottom] = [Math.min(top, box.top), Math.max(bottom, box.bottom)];
      }
      const inside = top >= room.ceiling + RING && bottom <= foot - RING;
      if (!inside) this.#window.scrollBy({ top: top - this.#barHeight() - 2 * RING, behavior });
    }
    this.measure();
  }

  /** All of the target, or its heading where the card would cover a part of it wherever it stood. */
  #boxOf(target: HTMLElement): Box {
    const room = this.#room();
    const box = target.getBoundingClientRect();
    const card = this.#sizeOfCard();
    const tooHigh = box.height > heightFor(card, room);
    const beside = room.width >= NARROW && Math.max(box.left, room.width - box.right) >= card.width + 3 * RING;
    const below = box.height + card.height + 5 * RING <= room.height - this.#barHeight();
    if (target.closest("[part=transport]") || (!tooHigh && (beside || below))) return box;
    return target.querySelector("h2, h3, :scope > *")?.getBoundingClientRect() ?? box;
  }

  #also(): Element | null {
    return this.#with ? this.#root.querySelector(this.#with) : null;
  }

  #sizeOfCard() {
    return { width: this.#card.offsetWidth, height: this.#card.offsetHeight };
  }

  #room() {
    const { clientWidth, clientHeight } = this.#card.ownerDocument.documentElement;
    const bar = this.#root.querySelector("[part=transport]")?.getBoundingClientRect();
    return { width: clientWidth, height: clientHeight, ceiling: Math.max(0, bar?.bottom ?? 0) };
  }

  /** Of the bar once the page is scrolled. */
  #barHeight() {
    return this.#root.querySelector("[part=transport]")?.clientHeight ?? 0;
  }
}

const isShown = (element: Element) => element.getClientRects().length > 0;
