import type * as English from "../en";

export const dataSets: typeof English.dataSets = {
  star: {
    name: "Estrella",
    about: "Ruido de color. La mitad de las imágenes contiene una estrella pequeña en un lugar al azar.",
  },
  "dead-leaves": {
    name: "Hojas muertas",
    about: "Formas de color superpuestas, de todos los tamaños, como en imágenes naturales. ¿Qué forma es?",
  },
  mnist: { name: "Cifras", about: "Cifras escritas a mano (MNIST), 28 × 28 píxeles, diez clases." },
  "noisy-mnist": { name: "Cifras en ruido", about: "Una cifra en un lugar al azar de un marco de ruido más grande." },
  "local-signal": { name: "Señal local", about: "Dieciséis filas de ruido. Una de ellas, al azar, lleva la señal." },
  "fashion-mnist": { name: "Ropa", about: "Prendas de ropa (Fashion-MNIST), 28 × 28 píxeles, diez clases." },
  "cifar-10": { name: "CIFAR-10", about: "Animales y vehículos en color, 32 × 32 píxeles, diez clases." },
  svhn: { name: "Números de casas", about: "Cifras fotografiadas en la calle (SVHN), 32 × 32 píxeles en color." },
};

export const settings: typeof English.settings = {
  pool: {
    label: "Fotos por leer",
    tip: "Fotos de entrenamiento que se leen del hub. De ellas se sortean las imágenes de cada ejecución.",
  },
  side: { label: "Lado", tip: "Las fotos se recortan al cuadrado central y se reducen a este número de píxeles." },
  colour: { label: "Color", tip: "Tres canales, o uno (gris). Los filtros de imágenes en color tienen color." },
  frame: { label: "Marco de ruido", tip: "Cada imagen se coloca en un lugar al azar de un marco de ruido más grande." },
  train: {
    label: "De entrenamiento",
    tip: "Imágenes con etiqueta a las que se ajusta la máquina de núcleo. El tiempo crece con el cuadrado de su número.",
  },
  patch: { label: "Parche", tip: "Lado de los parches cuadrados, en píxeles. Los filtros tienen ese tamaño." },
  depth: { label: "Capas", tip: "Capas de la red convolucional cuyo núcleo (NTK) se usa." },
  ridge: {
    label: "Ridge",
    tip: "λ, relativo al mayor valor del núcleo. Un ridge mayor da un ajuste más suave. «Elegido por validación»: cada ronda prueba 10⁻⁶, 10⁻⁵, 10⁻⁴, 10⁻³, 10⁻², 10⁻¹ y 10⁰ y eligen las imágenes de validación. Las de prueba, nunca.",
  },
  levels: {
    label: "Niveles",
    tip: "Deep ConvRFM: cada nivel se entrena con imágenes filtradas por lo que aprendió el anterior. Su núcleo tiene una capa menos.",
  },
  width: {
    label: "Filtros al azar",
    tip: "Filtros que se sortean con la matriz M aprendida entre dos niveles: los canales de las imágenes del nivel siguiente.",
  },
  relu: {
    label: "ReLU",
    tip: "Entre dos niveles se conservan solo las salidas positivas de los filtros. Los programas del artículo las conservan todas.",
  },
  pooling: {
    label: "Pooling",
    tip: "Las salidas de los filtros se promedian en cuadrados de este número de píxeles, así que un pequeño desplazamiento de la imagen las cambia menos. 1: sin pooling, como en los programas del artículo.",
  },
  rounds: {
    label: "Rondas",
    tip: "Número de ajustes. La ronda 0 usa el núcleo fijo; cada ronda posterior usa los filtros aprendidos hasta entonces.",
  },
  sigma: { label: "Ruido σ", tip: "Intensidad del ruido alrededor de la señal: su varianza es proporcional a σ." },
  seed: { label: "Semilla", tip: "La misma semilla da las mismas imágenes y el mismo resultado." },
  agop: {
    label: "Para el gradiente",
    tip: "Número de imágenes de entrenamiento cuyos gradientes se promedian en M. El artículo usa 20.",
  },
  validation: { label: "De validación", tip: "Eligen la mejor ronda, y el ridge si se les deja a ellas." },
  test: { label: "De prueba", tip: "Miden la exactitud y no eligen nada." },
  engine: {
    label: "Motor",
    tip: "«Automático» usa el procesador gráfico si hay uno que pase una prueba; si no, la CPU. Se puede cambiar entre rondas.",
  },
};

export const ridge: typeof English.ridge = {
  chosen: "elegido por validación",
  used: (ridge, chosen) => `Aquí λ = ${ridge}${chosen ? ", elegido con las imágenes de validación" : ""}.`,
};
