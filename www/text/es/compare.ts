import type * as English from "../en";
import { count, plural } from "./shared";

export const compare: typeof English.compare = {
  about:
    "Las mismas imágenes, la misma regresión ridge, la misma semilla. A un lado, el núcleo tal como vino; al otro, el núcleo que ha mirado sus propios gradientes.",
  empty: "Pulsa Ejecutar: las dos máquinas forman parte de toda ejecución. La ronda 0 es el núcleo fijo.",
  one: "Con una ronda solo hay núcleo fijo. Elige dos rondas o más.",
  run: "Ejecutar todas las rondas",
  against: "ConvRFM tras la ronda",
  roundOption: (round, kept) => `${round}${kept ? " (elegida)" : ""}`,
  part: "Imágenes",
  parts: { test: "De prueba", validation: "De validación" },
  numbers: "Aciertos y errores",
  fixed: "Núcleo fijo",
  learned: (round) => `ConvRFM, ronda ${round}`,
  columns: ["", "aciertos, validación", "aciertos, prueba", "error cuadrático, validación", "error cuadrático, prueba", "ridge"],
  accuracy: "Aciertos",
  accuracyAxis: "aciertos, %",
  error: "Error cuadrático medio",
  errorAxis: "media de (f − y)²",
  round: "ronda",
  table: "Números de cada ronda",
  tableColumns: [
    "Ronda",
    "aciertos, validación",
    "aciertos, prueba",
    "error cuadrático, validación",
    "error cuadrático, prueba",
    "ridge",
  ],
  point: (round, test, validation) => `Ronda ${round}: ${test} en prueba, ${validation} en validación`,
  confusion: "Qué se toma por qué",
  confusionAbout: "Las filas son la verdad; las columnas, la respuesta. Los aciertos están en la diagonal.",
  confusionPart: (shown, classes) => `Las ${shown} clases, de ${classes}, con más errores.`,
  truthAxis: "verdad",
  confusionCaption: (machine, part) => `${machine}, imágenes ${part.toLowerCase()}`,
  cell: (truth, answer, n) =>
    truth === answer
      ? `${truth} tomado por ${answer}, con razón: ${plural(n, "imagen", "imágenes")}`
      : `${truth} tomado por ${answer}: ${plural(n, "imagen", "imágenes")}`,
  cellHint: "Señala una casilla o muévete con las flechas.",
  changed: "Imágenes cuya respuesta cambió",
  gained: (n) => `Antes mal, ahora bien${n === null ? "" : `: ${count(n)}`}`,
  lost: (n) => `Antes bien, ahora mal${n === null ? "" : `: ${count(n)}`}`,
  none: "Ninguna.",
  more: (n) => `y ${count(n)} más`,
  answers: (truth, before, after) => `${truth}: ${before} → ${after}`,
  changedAlt: (index, truth, before, after) => `Imagen ${index}, ${truth}: el núcleo fijo dice ${before}, ConvRFM dice ${after}`,
  chooseChanged: "Elige una imagen para ver dónde mira cada una de las dos.",
  mapsOf: "Dónde un cambio pequeño movería más la respuesta",
  image: "La imagen",
  mapAlt: "Longitud del gradiente en cada lugar",
};
