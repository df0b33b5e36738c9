import type * as English from "../en";
import { percent, plural } from "./shared";

export const deep: typeof English.deep = {
  about:
    "Deep ConvRFM sigue donde termina ConvRFM: saca filtros al azar con la covarianza M, convoluciona con ellos cada imagen y empieza de nuevo con lo que sale, con un núcleo de una capa menos. Un filtro de un nivel más hondo mira una parte mayor de la imagen.",
  one: "Esta ejecución tiene un nivel. Un núcleo de profundidad L da para L niveles.",
  stack: (levels) => `Apilar ${levels} niveles`,
  example: "Probar tres niveles con ropa",
  empty: "Ejecuta para ver qué aprende cada nivel.",
  noFilters: "Con una sola ronda no se aprende ningún filtro. Elige dos o más.",
  level: (level) => `Nivel ${level}`,
  shape: (depth, channels, patch, side) =>
    `Núcleo de ${plural(depth, "capa", "capas")} sobre ${plural(channels, "canal", "canales")}; los parches de ${patch} × ${patch} ven ${side} × ${side} píxeles.`,
  waiting: "Sin empezar.",
  chart: "Acierto en las imágenes de validación y de prueba, ronda a ronda y nivel a nivel",
  columns: ["Ronda", "Validación", "Prueba", "Ridge"],
  kept: (round, last) =>
    round > 0
      ? `Se queda la ronda ${round}.`
      : `Se queda la ronda 0: nada de lo aprendido acertó más${last ? "" : ", y los filtros del nivel siguiente salen de I"}.`,
  looksFor: "Qué busca",
  looksForAbout:
    "«Qué busca», en cada fila: un vector propio principal de M como un filtro sobre los píxeles, y las imágenes de entrenamiento a las que más responde, de más a menos.",
  reluAbout: "Entre niveles hay una ReLU: se muestra el filtro donde pasa todo valor.",
  field: (rank, level, share) => `Filtro ${rank} del nivel ${level} sobre los píxeles, ${percent(share * 100, 1)} de M`,
  strongest: (rank, place) => `Puesto ${place} de las imágenes de entrenamiento que más responden al filtro ${rank}`,
  drawn: "Una imagen a través de filtros al azar",
  learned: "sacados de M",
  isotropic: "sacados de I",
  drawnAbout:
    "«Una imagen a través de filtros al azar»: los mismos números al azar, con la forma de lo aprendido y sin ella. La imagen es la elegida en «Lo que ve la máquina».",
  map: (source, place) => `La imagen a través del filtro al azar ${place}, ${source}`,
};
