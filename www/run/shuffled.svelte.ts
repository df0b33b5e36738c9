/**
 * The run on show once more with shuffled training labels, up to its first update, in a worker of its own that waits while the page's
 * run goes on. What it finds belongs to its settings, whatever the page shows later.
 */
import { Series } from "./background.svelte";
import type { Features, OpenRequest } from "./records";
import { sameRun, type Settings } from "./settings";

/** Only the first update is compared, so rounds and levels after it do not matter. */
const firstUpdate = (settings: Settings): Settings => ({ ...settings, rounds: 2, levels: 1 });

export class ShuffledLabels extends Series {
  /** M after one update, and percent of the test images that are right then. */
  found: { features: Features; accuracy: number } | null = $state.raw(null);
  /** What they belong to. */
  #of: { settings: Settings; files: OpenRequest | null } | null = $state.raw(null);

  /** Whether it was started for these settings and images. */
  isOf(settings: Settings, files: OpenRequest | null): boolean {
    return this.#of !== null && this.#of.files === files && sameRun(this.#of.settings, firstUpdate(settings));
  }

  /** @param files  where the images are the reader's own */
  async start(wanted: Settings, files: OpenRequest | null) {
    const settings = firstUpdate(wanted);
    this.#of = { settings, files };
    this.found = null;
    await this.during(async (overtaken) => {
      const { results } = await this.background.run(settings, files, { shuffled: true });
      if (overtaken()) return;
      const features = results.features[0];
      const accuracy = results.rounds[1]?.accuracy?.test;
      if (features && accuracy != null) this.found = { features, accuracy };
    });
  }
}
