import type { Settings } from "../../run/settings";
import { numbersIn } from "../common";

const { lasting, ...numbers } = numbersIn("en");

export const { count, decimal, list, localized, megabytes, percent, plural, power, speed, value } = numbers;

export const duration = (seconds: number) => lasting(seconds, "under 1 s");

/** Rounds are said of their level where there are several. */
export const atLevel = ({ level }: { level: number }, { levels }: Settings) => (levels > 1 ? `Level ${level}, round` : "Round");
