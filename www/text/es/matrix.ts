import type * as English from "../en";
import { count, decimal, percent } from "./shared";

export const matrix: typeof English.matrix = {
  about:
    "[M](m) es el [promedio de los productos externos de los gradientes](agop). M[i,j] promedia, sobre [parches](patch) y [clases](class), el producto de la sensibilidad al píxel i y la sensibilidad al píxel j. Es grande donde un píxel importa; naranja donde subir los dos píxeles mueve la [predicción](prediction) en el mismo sentido, azul donde la mueve en sentidos opuestos. Los [vectores propios](eigenvector) de M son los [filtros](filter) de arriba. Las barras muestran su [espectro](spectrum): cada [valor propio](eigenvalue) como parte de la [traza](trace).",
  heat: "M, píxel a píxel",
  heatEmpty: "Aquí se dibujará M tras la primera actualización. Para el núcleo fijo es la identidad.",
  heatFixed: "Se muestra la ronda 0, el núcleo fijo: su M es la identidad. Elige otra ronda de filtros para ver su M.",
  heatRound: (round) => `M usada en la ronda ${round}`,
  same: "mismo sentido",
  opposite: "sentidos opuestos",
  rootScale: "escala de raíz cuadrada",
  entry: (a, b) => `${a} con ${b}`,
  entryValue: (share) => `${decimal(share, 3)} de la entrada mayor`,
  pixel: (channels, channel, row, column) =>
    `${channels > 1 ? `${(channels < 4 && CHANNELS[channel]) || `canal ${channel + 1}`}, ` : ""}fila ${row + 1}, columna ${column + 1}`,
  pair: "Los dos píxeles en el parche",
  pixelI: "píxel i",
  pixelJ: "píxel j",
  kind: "entrada de M",
  hint: "Señala la matriz, o recórrela con las flechas, para leer una entrada.",
  hintTouch: "Toca la matriz para leer una entrada.",
  spectrum: "Valores propios de M",
  spectrumAlt: (round, leading) =>
    `Barras: parte de los ${leading} mayores valores propios de M de la ronda ${round} en su suma. Una línea marca el núcleo fijo, cuyas partes son todas iguales.`,
  spectrumTable: "Números",
  spectrumColumns: ["Valor propio", "Parte de la suma"],
  spectrumX: "valor propio, el mayor primero",
  spectrumY: "parte de la suma, %",
  fixedShare: (share) => `núcleo fijo: ${percent(share * 100, share < 0.01 ? 2 : 1)} cada uno`,
  learnedShare: (round) => `ronda ${round}`,
  leading: (k, d, share) =>
    `${k === 1 ? "La primera dirección" : `Las primeras ${count(k)} direcciones`} de ${count(d)} reúnen el ${percent(share * 100, 0)} de M.`,
  spectrumEmpty: "El núcleo fijo pesa igual todas las direcciones. Las barras mostrarán cuáles prefieren las actualizaciones.",
};

const CHANNELS = ["rojo", "verde", "azul"];
