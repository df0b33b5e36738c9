/**
 * The same settings with several seeds: one full run each, in a worker of its own that waits while the page's run goes on.
 *
 * Results belong to the settings they were run with, whatever the page shows later. Built-in sets only: the images that a reader has
 * opened are held by the page's own worker.
 */
import { backgroundRun } from "./background";
import { Client } from "./client";
import { reason } from "./reason";
import type { Spread } from "./records";
import { bestOfAll, type Results } from "./results.svelte";
import { sameRun, type Settings } from "./settings";

/** Percent on test images of one run: the fixed kernel, and the best round by validation. */
export interface SeedResult {
  seed: number;
  fixed: number;
  learned: number;
}

export class SeedSweep {
  /** What the results belong to; its seed is the first one. */
  settings: Settings | null = $state.raw(null);
  found: SeedResult[] = $state.raw([]);
  fixed: Spread | null = $state.raw(null);
  learned: Spread | null = $state.raw(null);
  total = $state(0);
  doing: "nothing" | "runs" | "waits" = $state("nothing");
  failure: string | null = $state(null);

  #client = new Client();
  /** Only the latest sweep goes on. */
  #generation = 0;
  /** Resolves when work may go on; null while it may. */
  #held: { promise: Promise<void>; release: () => void } | null = null;

  /** Whether the results are those of these settings, whatever the seed. */
  isOf(settings: Settings): boolean {
    return this.settings !== null && sameRun({ ...this.settings, seed: settings.seed }, settings);
  }

  /**
   * Runs so many seeds, one after the other.
   * @param known  the result of the first seed, where the page has it already
   */
  async start(settings: Settings, count: number, known: SeedResult | null = null) {
    const generation = ++this.#generation;
    this.settings = settings;
    this.found = known?.seed === settings.seed ? [known] : [];
    this.fixed = null;
    this.learned = null;
    this.total = count;
    this.failure = null;
    this.doing = this.#held ? "waits" : "runs";
    try {
      for (let i = this.found.length; i < count; i++) {
        await this.#held?.promise;
        if (generation !== this.#generation) return;
        const result = await this.#run({ ...settings, seed: (settings.seed + i) % 2 ** 32 });
        const found = [...this.found, result];
        const [fixed, learned] = await Promise.all(
          (["fixed", "learned"] as const).map((key) => this.#client.ask((remote) => remote.spread(found.map((each) => each[key])))),
        );
        if (generation !== this.#generation) return;
        Object.assign(this, { found, fixed, learned });
      }
    } catch (error) {
      if (generation === this.#generation) this.failure = reason(error);
    }
    if (generation === this.#generation) this.stop();
  }

  /** Ends the sweep and its worker, and keeps what was found. */
  stop() {
    this.#generation++;
    this.doing = "nothing";
    this.#client.restart();
  }

  /** Waits, or goes on. */
  hold(hold: boolean) {
    if (hold === (this.#held !== null)) return;
    if (hold) {
      let release = () => {};
      const promise = new Promise<void>((resolve) => (release = resolve));
      this.#held = { promise, release };
    } else {
      this.#held?.release();
      this.#held = null;
    }
    void this.#client.tell(hold ? "pause" : "resume");
    if (this.doing !== "nothing") this.doing = hold ? "waits" : "runs";
  }

  async #run(settings: Settings): Promise<SeedResult> {
    const { results, outcome } = await backgroundRun(this.#client, settings, async () => this.#held?.promise);
    const found = resultOf(results);
    if (!found) throw new Error(outcome);
    return found;
  }
}

/** What a sweep keeps of a run; null before it has predicted. */
export function resultOf({ settings, levels }: Pick<Results, "settings" | "levels">): SeedResult | null {
  const best = bestOfAll(levels);
  const fixed = levels[0]?.rounds[0]?.accuracy?.test;
  const learned = best && levels[best.level]?.rounds[best.round]?.accuracy?.test;
  return fixed == null || learned == null ? null : { seed: settings.seed, fixed, learned };
}
