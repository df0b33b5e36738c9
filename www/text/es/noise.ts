import type * as English from "../en";
import { decimal, duration, localized, plural } from "./shared";

export const noise: typeof English.noise = {
  about:
    "La tesis del artículo: cuando la señal es local y el ruido es fuerte, un núcleo que aprende dónde mirar aguanta más que uno fijo. Compruébalo: cada punto de esta curva es una ejecución completa, hecha aquí.",
  builtInOnly:
    "La curva se dibuja solo con los conjuntos incluidos: lo que abriste lo tiene la ejecución de la página. Estos dos están a un clic.",
  noLevel:
    "Este conjunto no tiene nivel de ruido. Estos dos sí; y las cifras, la ropa o las fotos se pueden poner en un marco de ruido (Más ajustes).",
  fill: "Llenar la curva",
  goOn: "Seguir",
  filled: "Llena",
  stop: "Parar",
  seeds: "Ejecuciones por nivel",
  level: "Nivel en la curva",
  sigma: "ruido σ",
  axis: "aciertos, %",
  chart: "Aciertos en imágenes de prueba según el nivel de ruido, núcleo fijo y ConvRFM",
  fixed: "núcleo fijo",
  learned: "ConvRFM",
  band: "banda: ± una desviación típica sobre las semillas",
  table: "Números",
  columns: ["Ruido σ", "Núcleo fijo, %", "ConvRFM, %", "Semillas"],
  spread: ({ mean, deviation }) => `${decimal(mean)} ± ${decimal(deviation)}`,
  atLevel: (sigma) => `σ = ${localized(String(sigma))}`,
  reading: (sigma, fixed, learned, seeds) =>
    `Con σ = ${localized(String(sigma))} el núcleo fijo acierta el ${noise.spread(fixed)} %, ConvRFM el ${noise.spread(learned)} % (${plural(seeds, "semilla", "semillas")}).`,
  unknown: (sigma) => `σ = ${localized(String(sigma))} todavía no se ha ejecutado.`,
  use: (sigma) => `Usar σ = ${localized(String(sigma))} arriba`,
  picture: (name, sigma) => `Imagen de prueba con σ = ${localized(String(sigma))}, clase ${name}`,
  will: (runs, seconds) =>
    `${plural(runs, "ejecución", "ejecuciones")}${seconds === null ? "" : `, unos ${duration(seconds)}`}, en segundo plano. La curva se llena mientras sigues leyendo.`.replace(
      "unos menos",
      "menos",
    ),
  waits: (done, total) => `${done} de ${total} ejecuciones; espera mientras sigue la de la propia página o la página está oculta.`,
  runs: (done, total, left) =>
    `${done} de ${total} ejecuciones${left === null ? "" : `, faltan ${duration(left)}`}.`.replace("faltan menos", "falta menos"),
  complete: (runs) => `Las ${runs} ejecuciones están hechas.`,
};
