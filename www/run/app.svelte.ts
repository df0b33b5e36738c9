/** What all components of one instance share: the run, the view and the words. Two instances on one page share nothing. */
import { getContext, setContext } from "svelte";
import type { Inquiry } from "../chapters/loop/inquiry.svelte";
import type { FigureName } from "../embed/figures";
import { loadWords, type Language, type Words } from "../text/words";
import type { Away } from "./attention";
import type { Networks } from "./network.svelte";
import type { NoiseCurves } from "./noise.svelte";
import { hasItsPack } from "./packs";
import type { PretrainedNetworks } from "./pretrained.svelte";
import { Pins } from "./pins.svelte";
import type { Data } from "./results.svelte";
import { Run } from "./run.svelte";
import type { ShuffledLabels } from "./shuffled.svelte";
import { BUILT_IN, parse, type View } from "./settings";

export class App {
  readonly run: Run;
  /** Finished runs that the reader keeps side by side. */
  readonly pins: Pins;
  /** Curves of accuracy against noise, once their chapter has been loaded: they stay while settings change. */
  noise: NoiseCurves | null = $state.raw(null);
  /** The run with shuffled labels, once its chapter has been loaded. */
  shuffled: ShuffledLabels | null = $state.raw(null);
  /** The network that is trained beside the run, once its chapter has been loaded. */
  network: Networks | null = $state.raw(null);
  /** A network of a file, once the reader has opened one. */
  pretrained: PretrainedNetworks | null = $state.raw(null);
  /** What the address says of the page rather than of the run. */
  view: View;
  words: Words;
  language: Language;
  /** Whether the words are there that the first screen does not need. */
  hasAllWords: boolean = $state(false);
  /** Whether the dialog for images of the reader's own is open. */
  ownOpen: boolean = $state(false);
  /** Where links lead: the address of the page without its settings. Whoever knows the address sets it. */
  home: string = $state("");
  /** The chapters of this instance: none where a figure stands alone. */
  chapters: readonly string[] = $state.raw([]);
  /** The term whose explanation is open, by the id of its place in the text. */
  term: string | null = $state(null);
  /** The figure whose code for other pages is shown in a dialog. */
  embedding: FigureName | null = $state(null);
  /** The colour scheme where it is not the reader's. */
  theme: "light" | "dark" | null = $state(null);
  /** Whether this instance stands on somebody else's page. */
  guest: boolean = false;
  /** What the loop shows, once its chapter is loaded. */
  loop: Inquiry | null = $state.raw(null);
  /** Why nobody can be looking: what computes then waits. */
  away: Away | null = $state(null);
  /** Reloads the page with a new version; null while there is none. */
  update: (() => void) | null = $state.raw(null);

  /** The language of a page whose address names none. */
  #own: Language;
  /** The words that were asked for last: earlier ones that arrive later are not taken. */
  #wanted: { language: Language; all: boolean };

  constructor(run: Run, view: View, words: Words, language: Language, own: Language) {
    this.#own = own;
    this.run = run;
    this.pins = new Pins(run);
    this.view = $state.raw(view);
    this.words = $state.raw(words);
    this.language = $state(language);
    this.#wanted = { language, all: false };
  }

  /** Whether no other file of the site is beside it: in one file, and on a page of somebody else that names no site. */
  get isAlone() {
    return Boolean(import.meta.env.VITE_SINGLE) || (this.guest && !this.home);
  }

  look(change: Partial<View>) {
    this.view = { ...this.view, ...change };
  }

  /** Takes over what an address says. Results on show stay. */
  visit(search: string) {
    const parsed = parse(search, this.run.catalogue);
    this.view = parsed.view;
    void this.#load({ language: parsed.view.lang ?? this.#own });
    this.run.visit(parsed, () => parse(search, this.run.catalogue));
  }

  /** Speaks another language; nothing else changes. */
  async speak(language: Language) {
    await this.#load({ language });
    this.look({ lang: language });
  }

  /** Loads the words that the first screen does not need. */
  loadAllWords(): Promise<void> {
    return this.#load({ all: true });
  }

  async #load(change: { language: Language } | { all: true }) {
    const wanted = { ...this.#wanted, ...change };
    this.#wanted = wanted;
    if (wanted.language === this.language && wanted.all === this.hasAllWords) return;
    const words = await loadWords(wanted.language, wanted.all);
    if (wanted !== this.#wanted) return;
    this.words = words;
    this.language = wanted.language;
    this.hasAllWords = wanted.all;
  }

  /** Names of the classes: those of built-in sets in the reader's language, the reader's own as they are. */
  classNames(data: Data): string[] {
    const names = data.summary.classNames;
    return data.own ? names : names.map((name) => this.words.classNames[name] ?? name);
  }

  hides(part: View["hide"][number]): boolean {
    return this.view.hide.includes(part);
  }
}

/**
 * An instance for an address.
 * @param own  the language where the address names none
 */
export async function appFor(search: string, own: Language): Promise<App> {
  const offered = BUILT_IN.filter(hasItsPack);
  const { settings, corrections, view } = parse(search, { offered, opened: null });
  const language = view.lang ?? own;
  return new App(new Run(settings, corrections, offered), view, await loadWords(language, false), language, own);
}

const KEY = Symbol("app");

export const provideApp = (app: App) => setContext(KEY, app);

/** The instance that a component belongs to. */
export const useApp = (): App => getContext(KEY);
