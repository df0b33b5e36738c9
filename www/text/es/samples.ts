import type * as English from "../en";
import { shorten } from "../common";
import { count, plural, value } from "./shared";

/** Al final de cada pregunta. */
const LABELLED = "ConvRFM solo recibe las etiquetas de las imágenes de entrenamiento.";

export const samples: typeof English.samples = {
  task: {
    star: () => `¿Cuáles de estas imágenes contienen una estrella? ${LABELLED}`,
    mnist: () => `¿Qué cifra es? ${LABELLED}`,
    "noisy-mnist": () => `¿Qué cifra se esconde en el ruido? ${LABELLED}`,
    "local-signal": () =>
      `Una fila en un lugar al azar es más clara o más oscura que el ruido. ¿Cuál de las dos cosas? ${LABELLED}`,
    "dead-leaves": (classes) => `¿Qué forma tienen las hojas: ${anyOf(classes)}? ${LABELLED}`,
    "fashion-mnist": () => `¿Qué prenda es? ${LABELLED}`,
    "cifar-10": () => `¿Qué animal o vehículo es? ${LABELLED}`,
    svhn: () => `¿Qué cifra está en el centro? ${LABELLED}`,
    own: whichClass,
    hub: whichClass,
  },
  empty: "Aquí aparecerán algunas de las imágenes de entrenamiento.",
  notYet: (name) =>
    `Estas imágenes son de los nuevos ajustes. Los resultados de esta página siguen siendo de «${name}»; la próxima ejecución los sustituye.`,
  moreClasses: (hidden) => `Y ${plural(hidden, "clase más", "clases más")}.`,
  shape: ({ height, width, channels, range: [low, high] }) =>
    `${height} × ${width} píxeles, ${channels === 1 ? "gris" : channels === 3 ? "color" : `${channels} canales`}, valores de ${value(low)} a ${value(high)}.`,
  duplicates: (duplicates) =>
    duplicates
      ? `${plural(duplicates, "imagen aparece", "imágenes aparecen")} más de una vez; las copias se quedan en un mismo lado del reparto.`
      : "",
  staysHere: "Las imágenes no salen de este navegador.",
  counts: "Imágenes por clase",
  countColumns: ["Clase", "Entrenamiento", "Validación", "Prueba"],
  alt: (className, index) => `Imagen de entrenamiento ${index}, clase ${className}`,
  source: (source, licence) => `Origen: ${source}. Licencia: ${licence}.`,
  ownSource: (source) => `Origen: ${source}. La licencia de tus imágenes es responsabilidad tuya.`,
  split: (train, validation, test) =>
    `${count(train)} imágenes de entrenamiento, ${count(validation)} de validación y ${count(test)} de prueba.`,
};

function whichClass(classes: string[]) {
  return classes.length ? `¿De qué clase es: ${anyOf(classes)}? ${LABELLED}` : "";
}

function anyOf(classes: string[]) {
  const MANY = 6;
  const shown = (classes.length > MANY ? classes.slice(0, MANY - 1) : classes).map((name) => shorten(name));
  const last = classes.length > MANY ? `una de otras ${count(classes.length - shown.length)}` : shown.pop();
  return [shown.join(", "), last].filter(Boolean).join(" o ");
}
