import type * as English from "../en";
import { percent, plural } from "./shared";

export const deep: typeof English.deep = {
  one: "Esta ejecución tiene un nivel. Un núcleo de L capas permite hasta L niveles.",
  stack: (levels) => `Usar ${levels} niveles`,
  example: "Probar dos niveles con cifras en ruido",
  empty: "Pulsa Ejecutar para ver qué aprende cada nivel.",
  noFilters: "Con una sola ronda no se aprende nada. Elige dos rondas o más.",
  level: (level) => `Nivel ${level}`,
  shape: (depth, channels, patch, side) =>
    `Núcleo de ${plural(depth, "capa", "capas")} sobre ${plural(channels, "canal", "canales")}; los parches de ${patch}\u00a0×\u00a0${patch} cubren ${side}\u00a0×\u00a0${side} píxeles de la imagen.`,
  waiting: "Aún no se ha calculado.",
  axis: "aciertos, %",
  round: "ronda de cada nivel",
  chart: "Aciertos en validación y en prueba de cada ronda de cada nivel, junto a los del núcleo fijo en prueba",
  columns: ["Ronda", "Validación", "Prueba", "Ridge"],
  kept: (round, last) =>
    round > 0
      ? `Mejor en validación: la ronda ${round}.`
      : `Mejor en validación: la ronda 0.${last ? "" : " Ninguna actualización ayudó, así que los filtros del nivel siguiente se generan con I."}`,
  best: "el mejor de todos los niveles",
  bestAbout: (level, round, test, fixed) =>
    level === 0 && round === 0
      ? `El núcleo fijo acierta más imágenes de validación: en las de prueba acierta el ${percent(test)}.`
      : `El nivel ${level}, ronda ${round}, acierta más imágenes de validación: en las de prueba acierta el ${percent(test)}, frente al ${percent(fixed)} del núcleo fijo.`,
  filters: "Filtros y parches",
  filter: "filtro",
  from: (round) => `M de la ronda ${round}`,
  patches: "parches de entrenamiento con mayor respuesta",
  filtersAbout:
    "Cada fila es un vector propio principal de M, dibujado como un solo filtro sobre los píxeles, con la parte de M que explica.",
  reluAbout: "Entre los niveles hay una ReLU: cada filtro se dibuja como si todos los valores la pasaran.",
  field: (rank, level, share) => `Filtro ${rank} del nivel ${level} sobre los píxeles, ${percent(share * 100, 1)} de M`,
  strongest: (rank, place) => `Parche de entrenamiento ${place} por su respuesta al filtro ${rank}`,
  drawn: "Una imagen a través de filtros al azar",
  learned: "filtros generados con M",
  isotropic: "filtros generados con I",
  drawnAbout: "Las dos filas usan los mismos números al azar. La primera tiene la covarianza M aprendida; la segunda, ninguna.",
  image: (name) => `La imagen de prueba que pasa por los filtros, clase ${name}`,
  map: (source, place) => `La imagen a través del filtro al azar ${place}, ${source}`,
};
