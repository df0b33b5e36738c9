/** What each step of the tour stands beside, in the order of its words. */
import type { Station } from "../../chapters/loop/stations";

/** "run" waits for the end of a run and goes on by itself; "move" waits for the reader's pointer or arrow keys, who then goes on. */
export type Action = "run" | "move";

export interface Place {
  /** Selectors inside the instance: the first that finds something in sight. */
  at: readonly string[];
  /** What has to stay clear of the card as well. */
  with?: string;
  /** The chapter that has to be loaded for it. */
  chapter?: string;
  /** The station of the loop that is open. */
  station?: Station;
  /** Results that the step is about: any on show, the shipped run included, or those of a run in this visit. */
  needs?: "shown" | "run";
  action?: Action;
  /** What the action is done on, where it is there for these images. */
  on?: string;
}

const station = (station: Station, needs?: "run"): Place => ({
  at: [`[data-stop=${station}]`, "[data-chapter=how]"],
  with: "[part=open-station]",
  chapter: "how",
  station,
  needs,
});

export const PLACES: readonly Place[] = [
  { at: ["[part=filters]", "[part=first]"] },
  { at: ["[part=run]"], action: "run" },
  { at: ["[part=accuracy-headline]", "[part=accuracy]", "[part=first]"], needs: "shown" },
  { at: ["[part=samples]", "[data-chapter=data]"], chapter: "data" },
  station("patch"),
  station("kernel", "run"),
  station("ridge", "run"),
  station("gradient", "run"),
  station("matrix", "run"),
  station("seen", "run"),
  { ...station("seen", "run"), at: ["[part=loop-drive]", "[data-chapter=how]"] },
  {
    at: ["[data-chapter=try] .side", "[data-chapter=try]"],
    chapter: "try",
    needs: "run",
    action: "move",
    on: "[part=pen], [part=star]",
  },
  { at: ["[part=transport]"] },
];

/** Where a run in progress is shown, until a step has its results. */
export const RUNNING: Place = { at: ["[part=transport]"] };
