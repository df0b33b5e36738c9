/** The lesson plans: how long each is, the states of the page that it opens, in the order of its words, and its exercises. */
import type { ExerciseName } from "./exercises";

export interface Plan {
  minutes: 20 | 45 | 90;
  links: readonly string[];
  exercises: readonly ExerciseName[];
}

export const PLANS: readonly Plan[] = [
  {
    minutes: 20,
    links: [
      "?data=dead-leaves&lesson=1&hide=network,noise,deep,matrix,take,teach",
      "?data=star&present=on&hide=network,noise,deep,matrix,take,teach",
      "?data=star&lesson=12&hide=network,noise,deep,matrix,take,teach",
    ],
    exercises: ["ridge"],
  },
  {
    minutes: 45,
    links: [
      "?data=star&lesson=5&hide=network,noise,deep,take,teach",
      "?data=star&lesson=9&present=on&hide=network,noise,deep,take,teach",
      "?data=star&train=20&seed=4&hide=network,noise,deep,take",
      "?data=mnist&lesson=12&hide=network,noise,deep,take,teach",
    ],
    exercises: ["ridge", "rounds"],
  },
  {
    minutes: 90,
    links: [
      "?data=dead-leaves&lesson=1",
      "?data=local-signal&lesson=9&hide=deep,take,teach",
      "?data=local-signal&seed=4&hide=deep,take",
      "?data=mnist&hide=noise,deep,take,teach#network",
      "?data=noisy-mnist&hide=network,take,teach#deep",
    ],
    exercises: ["images", "noise", "rounds"],
  },
];

/** A link of a plan in the reader's language. */
export function linkIn(link: string, lang: string) {
  const [search = "", chapter] = link.split("#");
  return `${search}&lang=${lang}${chapter ? `#${chapter}` : ""}`;
}
