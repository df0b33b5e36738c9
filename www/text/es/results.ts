import type * as English from "../en";
import { percent } from "../common";
import { plural } from "./shared";

export const accuracy: typeof English.accuracy = {
  empty: "Pulsa Ejecutar: primero viene el núcleo fijo, después cada ronda con los filtros que ha aprendido.",
  from: "núcleo fijo",
  best: (round, level) =>
    round === null ? "mejor ronda" : level === null ? `mejor ronda: ${round}` : `mejor: nivel ${level}, ronda ${round}`,
  onTest: (images) =>
    `Aciertos en ${images === null ? "imágenes de prueba" : plural(images, "imagen de prueba", "imágenes de prueba")}`,
  kept: (round, level, finished) => {
    const so = finished ? ", así que es la que cuenta." : " hasta ahora.";
    if (level !== null)
      return `La ronda ${round} del nivel ${level} fue la mejor de todos los niveles en las imágenes de validación${so}`;
    if (round === 0)
      return `El núcleo fijo, ronda 0, fue el mejor en las imágenes de validación${finished ? ", así que es el que cuenta." : so}`;
    return `La ronda ${round} fue la mejor en las imágenes de validación${so}`;
  },
  level: (level) => `Nivel ${level}`,
  levels: "Mejor ronda de cada nivel",
  levelRound: (level, round) => `Nivel ${level}, ronda ${round}`,
  seedsHeading: "Semillas",
  seedsRun: "Semillas ejecutadas:",
  seed: (seed) => `Semilla ${seed}`,
  seedTip: (seed) => `Usar la semilla ${seed}`,
  runSeeds: (count) => `Ejecutar ${count} semillas`,
  runSeedsTip: (first, last) =>
    `Ejecuta estos ajustes con las semillas ${first} a ${last} en segundo plano y da la media y la desviación estándar.`,
  seedsOwn: "Varias semillas a la vez: solo con los conjuntos incluidos.",
  stop: "Parar",
  stopTip: "Para aquí y guarda las semillas terminadas",
  seedsDone: (done, total) => `${done} de ${total} semillas`,
  seedsWait: "espera a la ejecución de arriba",
  overSeeds: (seeds) => `Media ± desviación estándar de ${plural(seeds, "semilla", "semillas")}`,
  mean: (spread) => `media ${spread}`,
  seedsOf: (run) => `Estas semillas son de otros ajustes: ${run}.`,
  seedsPlot: (fixed, learned) => `Aciertos de cada semilla. Núcleo fijo: ${fixed}. Mejor ronda: ${learned}.`,
  seedsNone: "ninguna todavía",
  chart: "Aciertos por ronda en imágenes de validación y de prueba",
  test: "prueba",
  validation: "validación",
  round: "ronda",
  axis: "aciertos, %",
  axisRound: (round) => `ronda ${round}`,
  table: "Números por ronda",
  columns: ["Ronda", "Validación", "Prueba", "Ridge", "Seg."],
  keptMark: "mejor",
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
  heading: "Ejecuciones fijadas",
  pinned: (number) => `La ejecución ${number} está fijada abajo.`,
  kept: "Mejor ronda",
  keptTest: "Prueba, mejor ronda",
  fixedTest: "Prueba, núcleo fijo",
  remove: (number) => `Quitar la ejecución ${number}`,
  removed: (number) => `La ejecución ${number} ya no está fijada.`,
  link: "Abrir estos ajustes",
  table: "Ejecuciones fijadas, lado a lado",
  accuracies: "Validación / prueba, %",
  ridges: "Ridges usados",
  seconds: "Segundos de cálculo",
  differ: "Distinto",
  same: "Igual en todas",
  allSame: "Todos los ajustes son iguales",
  keptMark: "(mejor)",
  stay: "Las ejecuciones fijadas se quedan aunque cambies los ajustes. Se van al cargar de nuevo la página; sus enlaces se pueden guardar.",
  on: "sí",
  off: "no",
  none: "–",
};
