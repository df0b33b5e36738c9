import type * as English from "../en";
import { percent, plural } from "./shared";

export const accuracy: typeof English.accuracy = {
  empty: "Pulsa Ejecutar: primero el núcleo fijo, después lo que aprende ronda a ronda.",
  from: "núcleo fijo",
  to: (round, chosen) => `tras ${plural(round, "actualización", "actualizaciones")}${chosen ? ", elegida" : ""}`,
  onTest: "Aciertos en imágenes que nunca ha visto",
  kept: (round, ridges) =>
    `Las imágenes de validación eligen la ronda ${round}${round === 0 ? ", el núcleo fijo" : ""}${ridges.length ? `${round === 0 ? "," : ""} y el ridge de cada ronda: ${ridges.join(", ")}` : ""}.` +
    (round === 0 && ridges.length === 0 ? "" : " Las de prueba no eligen nada."),
  chart: "Aciertos por ronda en imágenes de validación y de prueba",
  test: "prueba",
  validation: "validación",
  round: "ronda",
  axis: "aciertos, %",
  axisRound: (round) => `ronda ${round}`,
  table: "Números",
  columns: ["Ronda", "Validación", "Prueba", "Ridge", "Seg."],
  keptMark: "elegida",
  raised: (round, ridge) => `Ronda ${round}: la matriz del núcleo era casi singular; el ridge se subió a ${ridge}.`,
  announce: (round, test, validation) =>
    `Ronda ${round}${round === 0 ? ", núcleo fijo" : ""}: ` +
    [
      test !== null && `${percent(test)} en imágenes de prueba`,
      validation !== null && `${percent(validation)} en imágenes de validación`,
    ]
      .filter(Boolean)
      .join(", "),
};

export const filters: typeof English.filters = {
  about: "Las direcciones de un parche que más cambian la respuesta, la más fuerte primero, y su parte de toda la sensibilidad.",
  fixedRound: "Ronda 0",
  fixedAbout: "El núcleo fijo no tiene filtros: todas las direcciones de un parche cuentan lo mismo.",
  round: (round) => `Ronda ${round}`,
  pending: (round) => `Aquí aparecerán los filtros de la ronda ${round}.`,
  none: "Con una sola ronda no se aprende nada: solo hay núcleo fijo. Elige dos rondas o más.",
  alt: (rank, round, share) => `Filtro ${rank} de la ronda ${round}, ${percent(share * 100)} de la sensibilidad`,
  negative: "peso negativo",
  positive: "peso positivo",
  colour: "Los colores son los tres canales; gris es cero.",
};

export const seen: typeof English.seen = {
  about: "Una imagen de prueba, parche a parche: claro donde mira el núcleo.",
  image: "La imagen",
  plain: "Núcleo fijo",
  learned: (round) => `Ronda ${round}`,
  empty: "Mostrará dónde mira el núcleo aprendido.",
  byFilter: "A través de cada filtro principal",
  filter: (rank) => `Filtro ${rank}`,
  choose: "Elige otra imagen de prueba",
  alt: (className, index) => `Imagen de prueba ${index}, clase ${className}`,
  imageAlt: "La imagen de prueba elegida",
  plainAlt: "Longitud de cada parche: lo que pesa el núcleo fijo",
  learnedAlt: "Longitud de cada parche tras la transformación aprendida",
  filterAlt: (rank) => `Respuesta del filtro ${rank} en cada lugar`,
  dark: "ignorado",
  bright: "mirado",
};

export const pins: typeof English.pins = {
  pin: "Fijar esta ejecución",
  alreadyPinned: "Fijada",
  run: (number) => `Ejecución ${number}`,
  pinned: (number, replaced) => `La ejecución ${number} está fijada${replaced === null ? "" : ` en lugar de la ${replaced}`}.`,
  remove: (number) => `Quitar la ejecución ${number}`,
  removed: (number) => `La ejecución ${number} ya no está fijada.`,
  link: "Abrir estos ajustes",
  table: "Ejecuciones fijadas, lado a lado",
  accuracies: "Validación / prueba, %",
  ridges: "Ridges usados",
  seconds: "Segundos de cálculo",
  differ: "Distinto",
  same: "Igual en las dos",
  allSame: "Todos los ajustes son iguales",
  keptMark: "(elegida)",
  stay: "Las ejecuciones fijadas se quedan aunque cambies los ajustes. Se van al cargar de nuevo la página; sus enlaces se pueden guardar.",
  on: "sí",
  off: "no",
  none: "–",
};
