import type * as English from "../en";

/** Una versión nueva de la página. */
export const update: typeof English.update = {
  there: "Hay una versión nueva de esta página. Al recargar termina el cálculo en curso; los ajustes se conservan.",
  take: "Recargar",
  later: "Más tarde",
};
