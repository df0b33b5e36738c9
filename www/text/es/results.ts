import type * as English from "../en";
import { percent, plural } from "./shared";

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
  heading: (round) => (round === 0 ? "Filtros" : `Filtros de la ronda ${round}`),
  about:
    "Las direcciones de un [parche](patch) a las que las [predicciones](prediction) son más sensibles, la más fuerte primero, cada una con su parte.",
  fixedAbout:
    "La [ronda](round) 0 es el [núcleo fijo](fixed). No tiene [filtros](filter): todas las direcciones de un [parche](patch) cuentan igual.",
  pending: "Aparecen aquí después de la primera actualización.",
  none: "Con una sola [ronda](round) no hay [actualización](update) ni [filtros](filter). Elige dos rondas o más en los ajustes.",
  alt: (rank, round, share) => `Filtro ${rank} de la ronda ${round}, ${percent(share * 100)} de la sensibilidad`,
  negative: "peso negativo",
  positive: "peso positivo",
  colour: "Los colores son los tres canales; el gris es cero.",
  open: (rank) => `Parches de entrenamiento con la respuesta más fuerte al filtro ${rank}`,
  openTip: "Pulsa un filtro para ver los parches de entrenamiento que más le responden.",
  strongest: (rank, round) => `Parches de entrenamiento con la respuesta más fuerte al filtro ${rank} (ronda ${round})`,
  strongestAlt: (place) => `Parche ${place}`,
  onlyBest: (round) => `Se muestran los parches de la mejor ronda, la ${round}.`,
  runFirst: "Pulsa Ejecutar primero: los parches salen de las imágenes de entrenamiento de una ejecución hecha aquí.",
};

export const seen: typeof English.seen = {
  heading: "Una imagen de prueba",
  about: (round) =>
    round === 0
      ? "Cada [parche](patch), ponderado por su longitud: es todo lo que el [núcleo fijo](fixed) toma de él."
      : "Cada [parche](patch), ponderado por los [filtros](filter) aprendidos: los claros deciden, los oscuros apenas cuentan.",
  image: "Imagen",
  plain: "Núcleo fijo",
  learned: (round) => `Ronda ${round}`,
  byFilter: "A través de cada filtro",
  filter: (rank) => `Filtro ${rank}`,
  choose: "Otras imágenes de prueba",
  alt: (className, index) => `Imagen de prueba ${index}, clase ${className}`,
  imageAlt: "La imagen de prueba elegida",
  plainAlt: "Longitud de cada parche, como lo pondera el núcleo fijo",
  learnedAlt: (round) => `Longitud de cada parche tras la transformación de la ronda ${round}`,
  filterAlt: (rank) => `Respuesta del filtro ${rank} en cada lugar`,
  scale: "Una misma escala para los dos mapas y para las diez imágenes",
  dark: "cuenta poco",
  bright: "cuenta mucho",
};

export const rounds: typeof English.rounds = {
  label: "Ronda mostrada",
  name: (round) => (round === 0 ? "Ronda 0, núcleo fijo" : `Ronda ${round}`),
  best: "la mejor",
  follow: "Última ronda",
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
