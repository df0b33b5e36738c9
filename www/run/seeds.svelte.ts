/**
 * The same settings with several seeds: one full run each, in the background. Results belong to the settings they were run with,
 * whatever the page shows later.
 */
import { Series, type Point } from "./background.svelte";
import type { OpenRequest, Spread } from "./records";
import { sameRun, type Settings } from "./settings";

export class SeedSweep extends Series {
  /** What the results belong to; its seed is the first one. */
  settings: Settings | null = $state.raw(null);
  found: Point[] = $state.raw([]);
  fixed: Spread | null = $state.raw(null);
  learned: Spread | null = $state.raw(null);
  total = $state(0);

  /** Whether the results are those of these settings, whatever the seed. */
  isOf(settings: Settings): boolean {
    return this.settings !== null && sameRun({ ...this.settings, seed: settings.seed }, settings);
  }

  /**
   * Runs so many seeds, one after the other.
   * @param files  where the images are the reader's own
   * @param known  the result of the first seed, where the page has it already
   */
  async start(settings: Settings, count: number, files: OpenRequest | null, known: Point | null = null) {
    this.settings = settings;
    this.found = known ? [known] : [];
    this.fixed = null;
    this.learned = null;
    this.total = count;
    await this.during(async (overtaken) => {
      for (let i = this.found.length; i < count; i++) {
        const { point } = await this.background.run({ ...settings, seed: (settings.seed + i) % 2 ** 32 }, files);
        if (overtaken()) return;
        const found = [...this.found, point];
        const spread = await this.background.spread(found);
        if (overtaken()) return;
        Object.assign(this, { found, ...spread });
      }
    });
  }
}
