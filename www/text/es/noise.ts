import type { CurveKey } from "../../run/noise.svelte";
import type { Settings } from "../../run/settings";
import type * as English from "../en";
import { dataSets, ridge as ridgeWords, settings as settingWords } from "./settings";
import { decimal, duration, plural, power } from "./shared";

export const noise: typeof English.noise = {
  builtInOnly:
    "Tus propias imágenes no tienen curva: solo los conjuntos incluidos pueden generarse de nuevo con otro nivel de ruido.",
  noLevel:
    "Este conjunto no tiene nivel de ruido. Estos dos sí. Las cifras, la ropa y las fotos lo tienen con el ajuste «Marco de ruido».",
  fill: "Llenar la curva",
  goOn: "Continuar",
  filled: "Completa",
  stop: "Parar",
  seeds: "Ejecuciones por nivel",
  level: "Nivel de ruido en la curva",
  sigma: "ruido σ",
  axis: "aciertos en prueba, %",
  chart: "Aciertos en imágenes de prueba según el nivel de ruido, núcleo fijo y ConvRFM",
  fixed: "núcleo fijo",
  learned: "ConvRFM (mejor ronda en validación)",
  band: ([fewest, most]) =>
    most === 1
      ? "Una semilla por punto: no hay banda de error."
      : `${fewest === most ? `${most} semillas por punto` : `De ${fewest} a ${most} semillas por punto`}. La banda es ± una desviación típica sobre las semillas.`,
  chance: (percent) => `Al azar se acierta el ${decimal(percent)}\u00a0%.`,
  table: "Números",
  columns: ["Ruido σ", "Núcleo fijo, %", "ConvRFM, %", "Semillas"],
  spread: ({ mean, deviation }, seeds) => (seeds === 1 ? decimal(mean) : `${decimal(mean)} ± ${decimal(deviation)}`),
  atLevel: (sigma) => `σ = ${sigma}`,
  reading: (sigma, seeds) => `Con σ = ${sigma}, ${seeds === 1 ? "una semilla" : `media de ${seeds} semillas`}:`,
  unknown: (sigma) => `σ = ${sigma} todavía no se ha ejecutado.`,
  use: (sigma) => `Usar σ = ${sigma} arriba`,
  useAll: (sigma) => `Usar estos ajustes con σ = ${sigma}`,
  picture: (name, sigma) => `Imagen de prueba con σ = ${sigma}, clase ${name}`,
  will: (runs, seconds) =>
    `${plural(runs, "ejecución", "ejecuciones")}${seconds === null ? "" : `, unos ${duration(seconds)}`}, en segundo plano.`.replace(
      "unos menos",
      "menos",
    ),
  waits: (done, total) =>
    `${done} de ${total} ejecuciones. La curva espera mientras la ejecución de la página está en marcha o la página está oculta.`,
  runs: (done, total, left) =>
    `${done} de ${total} ejecuciones${left === null ? "" : `, faltan ${duration(left)}`}.`.replace("faltan menos", "falta menos"),
  complete: (runs) => `Las ${runs} ejecuciones están hechas.`,
  progress: "Avance de la curva",
  belongs: (settings, seeds) => {
    const { frame, train, validation, test, patch, depth, rounds, agop, levels, width, relu, pooling } = settings;
    const images = `${train} imágenes de entrenamiento, ${validation} de validación y ${test} de prueba`;
    const kernel = `parche ${patch}, ${plural(depth, "capa", "capas")}, ridge ${valueOf(settings, "ridge")}`;
    const learning = `${plural(rounds, "ronda", "rondas")}, gradientes de ${plural(agop, "imagen", "imágenes")}`;
    const deep =
      levels > 1
        ? `, ${levels} niveles con ${width} filtros${relu ? ", ReLU" : ""}${pooling > 1 ? `, pooling ${pooling}` : ""}`
        : "";
    return `${nameOf(settings)}${frame ? " en marcos de ruido" : ""}: ${images}; ${kernel}; ${learning}${deep}; ${seeds.length === 1 ? "semilla" : "semillas"} ${seeds.join(", ")}.`;
  },
  others: "Curvas de esta visita",
  otherSettings: "Esta curva pertenece a otros ajustes, no a los elegidos ahora.",
  kept: (settings, keys) => {
    const values = keys.map((key) => `${settingWords[key].label} ${valueOf(settings, key)}`);
    return [nameOf(settings), values.join(", ")].filter(Boolean).join(": ");
  },
};

const nameOf = ({ data }: Settings) => (data === "own" || data === "hub" ? data : dataSets[data].name);

function valueOf(settings: Settings, key: CurveKey) {
  const value = settings[key];
  if (typeof value === "boolean") return value ? "✓" : "–";
  return key === "ridge" ? (value === "grid" ? ridgeWords.chosen : power(Number(value))) : value;
}
