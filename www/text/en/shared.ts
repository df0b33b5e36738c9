import type { Settings } from "../../run/settings";
import { counting, lasting } from "../common";

export const { count, megabytes, plural } = counting("en");

export const duration = (seconds: number) => lasting(seconds, "under 1 s");

/** Rounds are said of their level where there are several. */
export const atLevel = ({ level }: { level: number }, { levels }: Settings) => (levels > 1 ? `Level ${level}, round` : "Round");
