/** What each step of the tour stands beside, in the order of its words. */

/** "run" waits for the end of a run and goes on by itself; "move" waits for the reader's pointer or arrow keys, who then goes on. */
export type Action = "run" | "move";

export interface Place {
  /** Selectors inside the instance: the first that finds something in sight. */
  at: readonly string[];
  /** The chapter that has to be loaded for it. */
  chapter?: string;
  action?: Action;
  /** What the action is done on, where it is there for these images. */
  on?: string;
}

export const PLACES: readonly Place[] = [
  { at: ["[part=filters]", "[part=first]"] },
  { at: ["[part=run]"], action: "run" },
  { at: ["[part=accuracy-headline]", "[part=accuracy]", "[part=first]"] },
  { at: ["[part=sees]", "[part=seen]", "[part=first]"] },
  { at: ["[part=samples]", "[data-chapter=data]"], chapter: "data" },
  { at: ["[data-stop=patch]", "[data-chapter=how]"], chapter: "how" },
  { at: ["[data-stop=kernel]", "[data-chapter=how]"], chapter: "how" },
  { at: ["[data-stop=matrix]", "[data-chapter=how]"], chapter: "how" },
  {
    at: ["[data-chapter=try] .side", "[data-chapter=try]"],
    chapter: "try",
    action: "move",
    on: "[part=pen], [part=star]",
  },
  { at: ["[part=transport]"] },
];
