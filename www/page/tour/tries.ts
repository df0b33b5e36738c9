/** What the last step offers to try: settings for the next run. */
import { experiment, preset, type Settings } from "../../run/settings";

export const TRIES = {
  noise: (settings: Settings) => preset("noisy-mnist", settings),
  // All else stays, so that the two runs can be compared.
  patches: (settings: Settings) => ({ ...settings, patch: settings.patch > 3 ? 3 : 2 }),
  star: (settings: Settings) => experiment("star", settings),
} satisfies Record<string, (settings: Settings) => Settings>;

export type Try = keyof typeof TRIES;

export const TRY_NAMES = Object.keys(TRIES) as Try[];
