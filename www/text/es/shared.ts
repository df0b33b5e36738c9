import type * as English from "../en";
import { numbersIn } from "../common";

const { lasting, ...numbers } = numbersIn("es");

export const { count, decimal, list, localized, megabytes, percent, plural, power, speed, value } = numbers;

export const duration: typeof English.duration = (seconds) => lasting(seconds, "menos de 1 s");

export const atLevel = ({ level }: { level: number }, { levels }: import("../../run/settings").Settings) =>
  levels > 1 ? `Nivel ${level}, ronda` : "Ronda";
