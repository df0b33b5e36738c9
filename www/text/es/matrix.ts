import type * as English from "../en";
import { count, percent } from "./shared";

export const matrix: typeof English.matrix = {
  about:
    "M es el producto exterior medio de los gradientes: cuánto cambia la respuesta cuando dos píxeles de un parche cambian a la vez. Sus vectores propios son los filtros de arriba.",
  heat: "M, píxel a píxel",
  heatEmpty: "Aquí se dibujará M tras la primera ronda. Para el núcleo fijo es la identidad.",
  heatRound: (round) => `M usada en la ronda ${round}`,
  entry: (a, b, value) => `${a} con ${b}: ${value} de la entrada mayor`,
  pixel: (channels, channel, row, column) =>
    `${channels > 1 ? `canal ${channel + 1}, ` : ""}fila ${row + 1}, columna ${column + 1}`,
  hint: "Colores en escala de raíz cuadrada. Señala la matriz, o recórrela con las flechas, para leer una entrada.",
  spectrum: "Su espectro",
  spectrumAlt: "Parte de cada valor propio de M, por ronda, en escala logarítmica",
  spectrumTable: "Números",
  spectrumColumns: ["Valor propio", "Parte de la suma"],
  spectrumX: "valor propio, el mayor primero",
  spectrumY: "parte de la suma, %",
  leading: (k, d, share) =>
    `${k === 1 ? "La primera dirección" : `Las primeras ${count(k)} direcciones`} de ${count(d)} reúnen el ${percent(share * 100, 0)} de M.`,
  spectrumEmpty: "Plano por ahora: el núcleo fijo trata igual todas las direcciones. Se curvará al aprender filtros.",
};
