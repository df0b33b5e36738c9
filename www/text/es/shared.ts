import type * as English from "../en";
import { counting, lasting, ranging } from "../common";

/** Con punto decimal, como en los gráficos. */
export const { count, megabytes, plural } = counting("es-MX");

export const duration: typeof English.duration = (seconds) => lasting(seconds, "menos de 1 s");

export const estimate: typeof English.estimate = (seconds) =>
  ranging(seconds, {
    under: (limit) => `menos de ${limit}`,
    between: (low, high) => `de ${low} a ${high}`,
    over: (limit) => `más de ${limit}`,
  });

export const atLevel = ({ level }: { level: number }, { levels }: import("../../run/settings").Settings) =>
  levels > 1 ? `Nivel ${level}, ronda` : "Ronda";
