import type * as English from "../en";
import { count, decimal, percent } from "./shared";

const chanceOf = (share: number) => (share < 0.001 ? `< ${percent(0.1)}` : percent(share * 100)).replaceAll(" ", "\u00a0");

const families = { edge: "borde", bar: "barra", "centre-surround": "mancha" };

export const edges: typeof English.edges = {
  shuffle: "Barajar las etiquetas",
  cancel: "Cancelar",
  will: "Aprende otra vez de las mismas imágenes, hasta la primera actualización, con las etiquetas de entrenamiento permutadas según la semilla.",
  running: "Aprendiendo de etiquetas barajadas, en segundo plano.",
  runningOther: "Aprendiendo de etiquetas barajadas de las imágenes anteriores.",
  waits: "En espera mientras la ejecución de la página sigue en marcha o la página está oculta.",
  done: "Hecho: la segunda fila tiene los filtros de las etiquetas barajadas.",
  progress: "Progreso de la ejecución con etiquetas barajadas",
  rows: { images: "Sin etiquetas", shuffled: "Etiquetas barajadas", true: "Etiquetas verdaderas" },
  rowsAbout: {
    images: "Vectores propios de la covarianza de los parches de entrenamiento.",
    shuffled: "M tras una actualización.",
    true: "M tras una actualización.",
  },
  components: (images, train) =>
    images === train
      ? "Vectores propios de la covarianza de los parches de entrenamiento."
      : `Vectores propios de la covarianza de los parches de ${count(images)} imágenes de entrenamiento.`,
  empty: {
    images: "Aún no se ha calculado.",
    shuffled: "Pulsa «Barajar las etiquetas» para calcular esta fila.",
    true: "Pulsa Ejecutar para calcular esta fila.",
  },
  noUpdate: "Con una sola ronda no se aprende nada. Elige dos rondas o más.",
  accuracy: (test, guess) => `Aciertos en prueba: ${percent(test)} (al azar: ${percent(guess)})`,
  filter: (rank, row) => `Filtro ${rank}, ${row.toLowerCase()}`,
  match: ({ family, correlation }) => (family === "constant" ? "constante" : `${families[family]} ${decimal(correlation, 2)}`),
  chance: (share) => `azar ${chanceOf(share)}`,
  answer: (filters, counts) => {
    const names = ["sin etiquetas", "con etiquetas barajadas", "con etiquetas verdaderas"];
    const known = counts.flatMap((count, i) => (count === null ? [] : [`${count} ${names[i] ?? ""}`]));
    return `De los ${filters} filtros principales, estos coinciden con un borde o una barra mejor que el 95 % de los filtros al azar: ${known.join(", ")}.`;
  },
  tooSmall:
    "Los parches menores de 5 × 5 son demasiado pequeños para compararlos con plantillas: casi todos los filtros al azar coincidirían con una.",
  legend: (random) =>
    `Bajo cada filtro: su parte de la traza, la plantilla con la que mejor coincide, la correlación con ella y la parte de los filtros al azar que coinciden igual de bien. Nombres en color: bordes y barras que menos del 5 % de los filtros al azar igualan${random === null ? "" : ` (correlación mayor que ${decimal(random, 2)})`}. Mancha: centro claro u oscuro con un entorno opuesto.`,
  measured: "Medido con varias semillas",
  measuredAbout: (seeds) =>
    `Parches de 5 × 5, ${count(1000)} imágenes de entrenamiento, ridge ${decimal(0.1)}, una actualización, ${seeds} semillas: bordes y barras entre los ocho filtros principales y, entre paréntesis, correlación media con las plantillas de los que no son constantes. Media ± desviación estándar.`,
  columns: ["Imágenes", "Sin etiquetas", "Etiquetas barajadas", "Etiquetas verdaderas"],
  images: {
    "dead-leaves": "Hojas muertas",
    "blurred-leaves": "Hojas muertas, desenfocadas",
    files: "Fotos (CIFAR-10)",
    star: "Estrella oculta",
    square: "Cuadrado oculto",
  },
  cell: (edges, correlation) => `${decimal(edges.mean)}\u00a0±\u00a0${decimal(edges.deviation)} (${decimal(correlation.mean, 2)})`,
  shapesAbout:
    "Una forma oculta en ruido (50 imágenes, parches de 11 × 11): correlación del primer filtro con la estrella y con el cuadrado.",
  shape: (star, square) =>
    `★\u00a0${decimal(star.mean, 2)}\u00a0±\u00a0${decimal(star.deviation, 2)}, ■\u00a0${decimal(square.mean, 2)}\u00a0±\u00a0${decimal(square.deviation, 2)}`,
  measuredAnswer: (shuffled, learned) =>
    `Los bordes vienen de las imágenes: sin etiquetas y con etiquetas barajadas coinciden con bordes y barras casi tantos filtros como con las verdaderas. No hacen falta bordes nítidos: las hojas desenfocadas dan otros tantos. Las etiquetas cambian el orden y los pesos de los filtros. En las fotos la correlación media es ${decimal(shuffled, 2)} con etiquetas barajadas y ${decimal(learned, 2)} con las verdaderas. Con una estrella o un cuadrado ocultos en ruido, el primer filtro con etiquetas verdaderas es casi constante, y el resto de él coincide igual con las dos formas.`,
  source: "Todas las ejecuciones y los ajustes",
};
