/** Pictures of training images: asked for once, kept while the run is on show. */
import type { Run } from "../../run/run.svelte";
import type { Sample } from "../../run/records";
import type { Results } from "../../run/results.svelte";

/** Pictures kept. */
const KEPT = 400;

export class TrainingPictures {
  readonly #run: Run;
  #results: Results | null = null;
  #known = new Map<number, Sample>();

  constructor(run: Run) {
    this.#run = run;
  }

  /** All that are known, once the wanted ones are among them. Null where another run came first. */
  async with(results: Results, wanted: readonly number[]): Promise<ReadonlyMap<number, Sample> | null> {
    if (this.#results !== results || this.#known.size > KEPT) {
      this.#results = results;
      this.#known = new Map();
    }
    const known = this.#known;
    const missing = wanted.filter((train) => !known.has(train));
    const samples = missing.length ? await this.#run.ask((remote) => remote.samples("train", missing)) : [];
    for (const sample of samples ?? []) known.set(sample.index, sample);
    return samples && new Map(known);
  }
}

/** Without repetition. */
export const unique = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
