import type * as English from "../en";
import { count, decimal, list, percent, plural, speed, value } from "./shared";

const entries: typeof English.glossary.entries = {
  kernel: {
    name: "núcleo",
    about:
      "Un núcleo K(x, x′) mide con un número cuánto se parecen dos datos: es el producto interior de sus vectores de características, que no hace falta calcular. El núcleo de esta página compara dos imágenes parche a parche.",
  },
  machine: {
    name: "máquina de núcleo",
    about:
      "Una máquina de núcleo predice con una suma ponderada de valores del núcleo, f(x) = Σᵢ K(x, xᵢ) αᵢ, sobre las imágenes de entrenamiento. Sus pesos α son la solución de un único sistema lineal.",
  },
  fixed: {
    name: "núcleo fijo",
    about:
      "El núcleo fijo es el de la ronda 0, que compara los parches tal como son. No ha aprendido nada de las etiquetas, así que con él se compara cada ronda posterior.",
  },
  kernelMatrix: {
    name: "matriz del núcleo",
    about:
      "La matriz del núcleo contiene K(xᵢ, xⱼ) para cada par de imágenes de entrenamiento. Es simétrica y no tiene valores propios negativos.",
  },
  ntk: {
    name: "núcleo tangente neuronal (NTK)",
    about:
      "El NTK de dos datos es el producto interior de los gradientes de la salida de una red respecto a sus pesos, en el límite de anchura infinita. En ese límite, entrenar por descenso de gradiente con el error cuadrático equivale a una regresión con este núcleo.",
  },
  ridge: {
    name: "ridge",
    about:
      "El ridge λ se suma a la diagonal de la matriz del núcleo antes de resolver el sistema lineal. Mantiene pequeños los pesos: con un λ mayor, la solución se ajusta menos a las etiquetas de entrenamiento y es menos sensible al ruido.",
  },
  training: {
    name: "imágenes de entrenamiento",
    about:
      "Las imágenes de entrenamiento y sus etiquetas son todo aquello a lo que se ajusta la máquina de núcleo. M se promedia sobre algunas de ellas.",
  },
  validation: {
    name: "imágenes de validación",
    about:
      "Con las imágenes de validación no se ajusta nada. Sirven para elegir la mejor ronda y el mejor nivel, y el ridge si no se ha fijado.",
  },
  test: {
    name: "imágenes de prueba",
    about: "Las imágenes de prueba miden los aciertos que se publican. No se usan ni para ajustar ni para elegir nada.",
  },
  prediction: {
    name: "predicción",
    about: "La predicción f(x) tiene un número por clase. La respuesta es la clase con el número mayor.",
  },
  class: {
    name: "clase",
    about:
      "Una clase es una de las respuestas entre las que elige una predicción. Cada imagen de un conjunto de datos pertenece exactamente a una.",
  },
  label: {
    name: "etiqueta",
    about:
      "La etiqueta de una imagen es su clase correcta. La regresión la usa como un vector y con un 1 en esa clase y un 0 en todas las demás.",
  },
  patch: {
    name: "parche",
    about:
      "Un parche es una ventana de q × q píxeles de una imagen, leída como un vector u de d = c q² números para c canales. Los parches vecinos se solapan: hay uno en cada lugar donde cabe la ventana.",
  },
  channel: {
    name: "canal",
    about:
      "Un canal es un número por píxel: una imagen gris tiene un canal; una en color, el rojo, el verde y el azul. En los niveles más profundos de Deep ConvRFM, cada filtro al azar produce un canal.",
  },
  convolution: {
    name: "convolución",
    about:
      "Una convolución aplica el mismo filtro a cada parche de una imagen: cada resultado es el producto interior del filtro y el parche. Los resultados forman un mapa, con un número por lugar.",
  },
  filter: {
    name: "filtro",
    about:
      "Un filtro es un vector del tamaño de un parche; su producto interior con un parche indica con qué fuerza contiene este su patrón. Aquí los filtros son los vectores propios de M con los mayores valores propios.",
  },
  relu: {
    name: "ReLU",
    about:
      "La ReLU conserva los números positivos y sustituye los negativos por 0. El núcleo es el de una red con una ReLU después de cada convolución.",
  },
  pooling: {
    name: "pooling",
    about:
      "El pooling sustituye cada cuadrado de un mapa por su promedio, de modo que un pequeño desplazamiento de la imagen cambie menos el resultado. Deep ConvRFM puede aplicarlo entre dos niveles; el núcleo no lo usa.",
  },
  layer: {
    name: "capa",
    about:
      "Una capa de una red convolucional es una convolución seguida de una ReLU. La profundidad del núcleo es el número de capas de su red.",
  },
  backpropagation: {
    name: "retropropagación",
    about:
      "La retropropagación calcula el gradiente del error de una red respecto a todos sus pesos, de la última capa a la primera. Después, el descenso de gradiente cambia los pesos en muchos pasos pequeños.",
  },
  gradient: {
    name: "gradiente",
    about:
      "El gradiente de una predicción respecto a un parche indica cuánto cambia la predicción cuando cambia un poco cada número del parche. Aquí no cambia ningún peso: los gradientes solo se promedian en M.",
  },
  agop: {
    name: "promedio de los productos externos de los gradientes (AGOP)",
    about:
      "El AGOP suma los productos externos g gᵀ de los gradientes sobre parches y clases, y promedia esas sumas sobre imágenes de entrenamiento. Sus mayores valores propios corresponden a las direcciones de un parche a las que las predicciones son más sensibles.",
  },
  m: {
    name: "M",
    about:
      "M es el AGOP sobre los parches, una matriz d × d con una fila y una columna por cada número de un parche. La ronda siguiente compara los parches después de transformarlos con una raíz de M.",
  },
  covariance: {
    name: "covarianza",
    about:
      "La covarianza de unos vectores v es el promedio de v vᵀ; para los parches se resta antes su media, para los filtros y los gradientes no. Los filtros al azar generados con covarianza M varían sobre todo a lo largo de los vectores propios principales de M.",
  },
  root: {
    name: "raíz de una matriz",
    about:
      "La raíz de M es la matriz simétrica R con R R = M: tiene los mismos vectores propios, y las raíces de los valores propios. Se divide por la raíz de la traza, de modo que solo cuentan las proporciones entre los valores propios.",
  },
  eigenvector: {
    name: "vector propio",
    about:
      "Un vector propio de M es una dirección v que M solo estira: M v = λ v. Los vectores propios de M son ortogonales entre sí, y los de mayor valor propio se dibujan como filtros.",
  },
  eigenvalue: {
    name: "valor propio",
    about:
      "El valor propio es el factor λ de M v = λ v. Mide cuán sensibles son las predicciones a la dirección v, y ninguno es negativo.",
  },
  spectrum: {
    name: "espectro",
    about:
      "El espectro de M es la lista de sus valores propios, del mayor al menor. Si unos pocos reúnen casi toda la suma, pocas direcciones de un parche deciden la predicción.",
  },
  trace: {
    name: "traza",
    about:
      "La traza de una matriz es la suma de su diagonal, que es igual a la suma de sus valores propios. M se divide por su traza, y así sus valores propios son partes de un todo.",
  },
  round: {
    name: "ronda",
    about:
      "Una ronda calcula la matriz del núcleo, resuelve el sistema, predice y promedia los gradientes en M. La ronda 0 usa el núcleo fijo, y la última no calcula una M nueva.",
  },
  update: {
    name: "actualización",
    about:
      "Una actualización sustituye la transformación de los parches por la raíz de la M recién calculada. Tiene lugar entre dos rondas y no necesita tasa de aprendizaje.",
  },
  level: {
    name: "nivel",
    about:
      "Un nivel de Deep ConvRFM es una ejecución completa de ConvRFM sobre las imágenes que ha filtrado el nivel anterior. Su núcleo tiene una capa menos que el de ese nivel.",
  },
  seed: {
    name: "semilla",
    about:
      "La semilla es el número del que se calculan todos los sorteos de una ejecución. La misma semilla con los mismos ajustes da las mismas imágenes y el mismo resultado.",
  },
  sigma: {
    name: "nivel de ruido σ",
    about:
      "El nivel de ruido σ indica la intensidad del ruido que rodea la señal: la varianza del ruido es proporcional a σ. Los conjuntos de datos sin ese ruido no tienen σ.",
  },
  positionLayer: {
    name: "posición-capa",
    about:
      "Una posición-capa es un paso del cálculo del núcleo: un par de imágenes, en un lugar, en una capa. Su número por segundo mide la velocidad de un motor sin que importen el tamaño de las imágenes ni la profundidad.",
  },
  correlation: {
    name: "correlación",
    about:
      "La correlación de dos matrices es aquí la de Pearson entre sus entradas, un número de −1 a 1. Vale 1 si una matriz es un múltiplo positivo de la otra más una constante.",
  },
};

export const glossary: typeof English.glossary = {
  entries,
  all: "Todos los términos",
  here: {
    pairs: (n) => `${count((n * (n + 1)) / 2)} pares de ${count(n)} imágenes de entrenamiento`,
    weights: (n, classes) => `${count(n)} × ${classes} pesos: imágenes de entrenamiento × clases`,
    fixed: (test) => `Acierta el ${percent(test)} de las imágenes de prueba`,
    square: (size) => `${count(size)} × ${count(size)} números`,
    depth: (depth) => plural(depth, "capa", "capas"),
    relus: (depth) => (depth === 1 ? "Una, en la única capa" : `Una en cada una de las ${depth} capas`),
    ridge: (ridge, round) => `λ = ${ridge}${round === null ? "" : ` en la ronda ${round}`}`,
    images: (n) => plural(n, "imagen", "imágenes"),
    numbers: (classes) => `${classes} números por imagen`,
    classes: (classes, names) => `${classes}: ${list(names)}`,
    label: (name) => `Etiqueta de esta imagen: ${name}`,
    patch: (channels, side) => `d = ${channels} × ${side}² = ${count(channels * side ** 2)}`,
    channels: (channels) => plural(channels, "canal", "canales"),
    places: (rows, columns) => `${rows} × ${columns} lugares por filtro`,
    filter: (round) => `Filtro 1 de la ronda ${round}`,
    vector: (round, d) => `El primero de ${count(d)}, ronda ${round}`,
    pooled: (side) => `Cuadrados de ${side} × ${side} lugares`,
    gradients: (images, places, classes) =>
      `${plural(images, "imagen", "imágenes")} × ${count(places)} lugares × ${plural(classes, "clase", "clases")}`,
    averaged: (images) => `Promedio de ${plural(images, "imagen", "imágenes")} de entrenamiento`,
    matrix: (d, round) => `${count(d)} × ${count(d)} números, usada en la ronda ${round}`,
    map: (round) => `Longitud de los parches tras la raíz, ronda ${round}`,
    largest: (share) => `El mayor es el ${percent(share * 100)} de la suma`,
    leading: (k, d, share) => `${k} de ${count(d)} reúnen el ${percent(share * 100)} de la suma`,
    trace: (d) => `Una suma de ${count(d)} números`,
    rounds: (rounds) => (rounds === 1 ? "Solo la ronda 0" : `Rondas 0 a ${rounds - 1}`),
    updates: (rounds) => plural(rounds - 1, "actualización", "actualizaciones"),
    levels: (levels) => plural(levels, "nivel", "niveles"),
    seed: (seed) => `Semilla ${seed}`,
    sigma: (sigma) => `σ = ${value(sigma)}`,
    rate: (rate) => `${speed(rate)} por segundo en la última matriz del núcleo`,
    correlation: (value) => `${decimal(value, 2)} entre WᵀW y el AGOP de la red mostrada`,
    noBackpropagation: "Esta ejecución no la usa",
    notUsed: "No forma parte de esta ejecución",
    waiting: "Se sabrá tras una ejecución",
    waitingM: "Se sabrá tras la primera actualización",
    waitingNetwork: "Se sabrá al entrenar una red",
  },
};
