/** Toda palabra de la página, en español. Cada clave es la de `en.js`, que el comprobador de tipos compara una por una. */

import { counting, ended, formulas, host, lasting, percent, power, sentence, shorten, speed, value } from "./common.js";

/** @import { Missing } from "../needs.js" */
/** @import { EngineName, Stage } from "../protocol.js" */
/** @typedef {typeof import("./en.js")} English */

export { count, ended, percent, power, sentence };

/** @type {English["classNames"]} */
export const classNames = {
  "noise only": "solo ruido",
  "hidden star": "estrella oculta",
  "negative row": "fila negativa",
  "positive row": "fila positiva",
  disc: "disco",
  square: "cuadrado",
  triangle: "triángulo",
  bar: "barra",
  "T-shirt/top": "camiseta",
  Trouser: "pantalón",
  Pullover: "jersey",
  Dress: "vestido",
  Coat: "abrigo",
  Sandal: "sandalia",
  Shirt: "camisa",
  Sneaker: "zapatilla",
  Bag: "bolso",
  "Ankle boot": "botín",
  airplane: "avión",
  automobile: "automóvil",
  bird: "pájaro",
  cat: "gato",
  deer: "ciervo",
  dog: "perro",
  frog: "rana",
  horse: "caballo",
  ship: "barco",
  truck: "camión",
};

/** Con punto decimal, como en los gráficos. */
const { count, megabytes, plural } = counting("es-MX");

/** @type {English["duration"]} */
export const duration = (seconds) => lasting(seconds, "menos de 1 s");

/** @type {English["fixed"]} */
export const fixed = {
  language: "Idioma",
  pageTitle: "ConvRFM: una máquina de núcleo que aprende filtros",
  title: "Mira cómo una máquina de núcleo aprende a ver",
  lead: "Una máquina de núcleo aprende detectores de bordes y estrellas. Sin red neuronal ni retropropagación.",
  private: "Todo ocurre en esta página; no se envía nada.",
  skip: "Ir a los resultados",
  tourStart: "Visita guiada",
  dataHeading: "Datos",
  accuracyHeading: "Aciertos",
  filtersHeading: "Filtros aprendidos",
  seenHeading: "Lo que ve la máquina",
  matrixHeading: "La matriz de características, detrás de los filtros",
  howHeading: "Cómo salen filtros de un núcleo",
  compareHeading: "Núcleo fijo contra ConvRFM",
  tryHeading: "Dibuja tú",
  noiseHeading: "¿Cuánto ruido aguanta?",
  deepHeading: "Nivel sobre nivel",
  takeHeading: "Para llevar",
  howLead:
    "Se dice que una red convolucional aprende sus filtros por retropropagación. En esta página no hay ni red ni retropropagación: da vueltas a este ciclo, y cada paso tiene una respuesta exacta.",
  paperHtml:
    'D. Beaglehole, A. Radhakrishnan, P. Pandit, M. Belkin: <cite lang="en">Mechanism of feature learning in convolutional neural networks</cite> (2023), <a href="https://arxiv.org/abs/2309.00570">arXiv:2309.00570</a>.',
};

/** @type {English["controls"]} */
export const controls = {
  run: "Ejecutar",
  pause: "Pausa",
  pausing: "Pausando…",
  resume: "Continuar",
  goOn: "Seguir",
  again: "Otra vez",
  step: "Paso",
  stepTip: "Ejecuta una ronda y espera",
  reset: "Reiniciar",
  resetTip: "Vuelve a la ronda 0 con la misma semilla",
  newSeed: "Sortear",
  newSeedTip: "Sortea otras imágenes y empieza de nuevo",
  cancel: "Cancelar",
  more: "Más ajustes",
  settings: "Ajustes",
  dataSet: "Conjunto de datos",
  openSet: (name) => `Abrir «${dataSets[name].name}»`,
  transport: "Mandos de la ejecución",
};

/** @type {English["dataSets"]} */
export const dataSets = {
  star: { name: "Estrella", about: "Ruido de color; en la mitad de las imágenes se esconde una estrella pequeña, cada vez en otro lugar." },
  "dead-leaves": { name: "Hojas muertas", about: "Formas de color unas sobre otras, grandes y pequeñas como en la naturaleza. ¿Qué forma es?" },
  mnist: { name: "Cifras", about: "Cifras escritas a mano (MNIST), 28 × 28 píxeles, diez clases." },
  "noisy-mnist": { name: "Cifras en ruido", about: "Una cifra en algún lugar de un marco de ruido más grande." },
  "local-signal": { name: "Señal local", about: "Dieciséis filas de ruido; una de ellas, en cualquier lugar, lleva la señal." },
  "fashion-mnist": { name: "Ropa", about: "Prendas de ropa (Fashion-MNIST), 28 × 28 píxeles, diez clases." },
  "cifar-10": { name: "CIFAR-10", about: "Animales y vehículos en color, 32 × 32 píxeles, diez clases." },
  svhn: { name: "Números de casas", about: "Cifras fotografiadas en la calle (SVHN), 32 × 32 píxeles en color." },
};

/** @type {English["settings"]} */
export const settings = {
  pool: { label: "Fotos por leer", tip: "Fotos de entrenamiento que se leen del hub; de ellas se sortean las imágenes." },
  side: { label: "Lado", tip: "Las fotos se recortan al cuadrado central y se reducen a este número de píxeles." },
  colour: { label: "Color", tip: "Tres canales, o uno: gris. Los filtros de imágenes en color son imágenes en color." },
  frame: { label: "Marco de ruido", tip: "Cada imagen está en algún lugar de un marco de ruido más grande." },
  train: { label: "Imágenes", tip: "Imágenes con etiqueta de las que aprende la máquina. El tiempo crece con su cuadrado." },
  patch: { label: "Parche", tip: "Lado de la ventana cuadrada, en píxeles. Los filtros tienen ese tamaño." },
  depth: { label: "Capas", tip: "Capas de la red convolucional cuyo núcleo (NTK) se usa." },
  ridge: { label: "Ridge", tip: "λ: con cuánta fuerza se mantiene suave el ajuste. Uno mayor perdona más ruido. «Elegido por validación»: cada ronda prueba 10⁻⁶, 10⁻⁵, 10⁻⁴, 10⁻³, 10⁻², 10⁻¹ y 10⁰, y eligen las imágenes de validación. Las de prueba, nunca." },
  levels: { label: "Niveles", tip: "Deep ConvRFM: cada nivel aprende de imágenes filtradas por lo que aprendió el anterior. Cada uno gasta una capa de la profundidad." },
  width: { label: "Filtros al azar", tip: "Se sacan entre dos niveles con la matriz M aprendida; son los canales de las imágenes del nivel siguiente." },
  relu: { label: "ReLU", tip: "Entre dos niveles, solo las respuestas positivas de los filtros. Los programas del artículo las dejan todas." },
  rounds: { label: "Rondas", tip: "Ajustes del núcleo. La ronda 0 es el núcleo fijo; cada ronda posterior usa los filtros recién aprendidos." },
  sigma: { label: "Ruido σ", tip: "Intensidad del ruido alrededor de la señal." },
  seed: { label: "Semilla", tip: "Misma semilla, mismas imágenes, mismo resultado hasta la última cifra." },
  agop: { label: "Para el gradiente", tip: "Imágenes de entrenamiento cuyos gradientes se promedian en M. El artículo usa 20." },
  validation: { label: "De validación", tip: "Eligen qué ronda se conserva, y el ridge si se les deja a ellas." },
  test: { label: "De prueba", tip: "Miden el resultado y no eligen nada." },
  engine: { label: "Motor", tip: "Lo que calcula. «Automático» toma el procesador gráfico si hay uno que pase una prueba. Se puede cambiar entre rondas." },
};

/** @type {English["ridge"]} */
export const ridge = {
  chosen: "elegido por validación",
  used: (ridge, chosen) => `Aquí λ = ${ridge}${chosen ? ", elegido por las imágenes de validación" : ""}.`,
};

/** @type {English["experiments"]} */
export const experiments = {
  label: "Experimento",
  tip: "Los experimentos del artículo con sus ajustes.",
  none: "Ajustes propios",
  noneAbout: "Estos ajustes no son de ningún experimento del artículo.",
  names: {
    star: { name: "Estrella oculta", about: "Como se publicó: 50 imágenes, parches de 11 píxeles, una capa. El artículo: de 78 % a 95 % tras una actualización." },
    "noisy-mnist": { name: "Cifras en ruido", about: "El artículo entrena con 4,000 imágenes; aquí con 400, así que se acierta menos y se mejora igual." },
    "local-signal": { name: "Señal local", about: "Una fila de dieciséis lleva la señal. El núcleo fijo mira a todas partes; ConvRFM descubre dónde mirar." },
    svhn: { name: "Números de casas", about: "El artículo entrena con 1,000 imágenes; aquí con 400, así que se acierta menos." },
    "cifar-10": { name: "CIFAR-10", about: "Parches de 3 píxeles, tres capas y cinco rondas como en el artículo; aquí con 400 imágenes de entrenamiento." },
    "fashion-mnist": { name: "Ropa", about: "Parches de 3 píxeles, tres capas y cinco rondas como en el artículo; aquí con 400 imágenes de entrenamiento." },
    deep: { name: "Deep ConvRFM", about: "Tres niveles de un núcleo de tres capas, como en el artículo; aquí con 300 imágenes de ropa y 16 filtros al azar entre niveles." },
  },
};

/** @type {English["engines"]} */
export const engines = { auto: "Automático", cpu: "CPU", gpu: "GPU" };

/** @type {English["engine"]} */
export const engine = {
  planned: {
    auto: "Usará el procesador gráfico si lo hay; si no, la CPU.",
    cpu: "Usará la CPU.",
    gpu: "Usará el procesador gráfico.",
  },
  opening: {
    auto: "Buscando un procesador gráfico y probándolo…",
    cpu: "Empezando con la CPU…",
    gpu: "Abriendo el procesador gráfico y probándolo…",
  },
  inUse: ({ description, reason }, wanted, rate) => {
    const why = wanted === "auto" && reason ? `: ${reason}` : "";
    return `Motor: ${description}${why}.${rate === null ? "" : ` ${speed(rate)} posiciones-capa/s`}`;
  },
};

/** @type {Record<Stage, string>} */
const stages = {
  kernel: "comparando las imágenes de entrenamiento",
  solve: "calculando los pesos",
  predict: "clasificando las imágenes apartadas",
  agop: "promediando gradientes",
  convolve: "sacando filtros y convolucionando las imágenes",
};

/** @param {{level: number}} at @param {import("../state.js").Settings} settings */
const atLevel = ({ level }, { levels }) => (levels > 1 ? `Nivel ${level}, ronda` : "Ronda");

/** @type {English["progress"]} */
export const progress = {
  label: "Avance de la ejecución",
  loading: "Preparando las imágenes…",
  ready: ({ rounds, train, engine }, plan) => {
    const what = `Listo: ${plural(train, "imagen", "imágenes")} para aprender, ${plural(rounds, "ronda", "rondas")}`;
    if (!plan) return `${what}.`;
    const needs = [megabytes(plan.bytes)];
    if (plan.seconds !== null && engine !== "gpu") needs.unshift(duration(plan.seconds) + (engine === "auto" ? " en la CPU" : ""));
    return `${what}: unos ${needs.join(", ")}.`.replace("unos menos", "menos");
  },
  stage: ({ level, round, stage, done }, settings) => `${atLevel({ level }, settings)} ${round} de ${settings.rounds - 1}: ${stages[stage]}, ${Math.floor(done * 100)} %`,
  left: (seconds) => (seconds === null ? "" : `faltan ${duration(seconds)}`.replace("faltan menos", "falta menos")),
  starting: "Empezando…",
  paused: "En pausa. No se calcula nada.",
  resting: {
    hidden: "Espera mientras la página está oculta. Sigue cuando vuelvas.",
    scrolled: "Espera mientras no está a la vista. Sigue cuando vuelvas.",
  },
  stageDone: (at, settings) => `${atLevel(at, settings)} ${at.round}: ${stages[at.stage]}, hecho. Sigue etapa por etapa, con un paso hasta el fin de la ronda, o hasta el final.`,
  between: (at, settings) => `${atLevel(at, settings)} ${at.round}: hecha. Da un paso a la siguiente, o sigue hasta el final.`,
  cancelled: "Cancelado. Las rondas terminadas se quedan; «Ejecutar» sigue desde la cancelada.",
  finished: (seconds) => `Hecho en ${seconds.toFixed(1)} s de cálculo.`,
  failed: "Detenido por un error.",
};

/** Al final de casi toda pregunta. */
const TOLD = "A la máquina se le dice la respuesta de las imágenes de entrenamiento, y nada más.";

/** @type {English["samples"]} */
export const samples = {
  task: {
    star: () => `¿En cuáles se esconde una estrella? ${TOLD}`,
    mnist: () => `¿Qué cifra es? ${TOLD}`,
    "noisy-mnist": () => `¿Qué cifra se esconde en el ruido? ${TOLD}`,
    "local-signal": () => "Una fila, en algún lugar, es más clara o más oscura que el ruido. ¿Cuál de las dos cosas?",
    "dead-leaves": (classes) => `¿Qué forma tienen las hojas: ${anyOf(classes)}? ${TOLD}`,
    "fashion-mnist": () => `¿Qué prenda es? ${TOLD}`,
    "cifar-10": () => `¿Qué animal o vehículo es? ${TOLD}`,
    svhn: () => `¿Qué cifra está en el centro? ${TOLD}`,
    own: whichClass,
    hub: whichClass,
  },
  empty: "Aquí estarán algunas de las imágenes de entrenamiento.",
  moreClasses: (hidden) => `Y ${plural(hidden, "clase más", "clases más")}.`,
  shape: ({ height, width, channels, range: [low, high] }) =>
    `${height} × ${width} píxeles, ${channels === 1 ? "gris" : channels === 3 ? "color" : `${channels} canales`}, valores de ${value(low)} a ${value(high)}.`,
  duplicates: (duplicates) =>
    duplicates ? `${plural(duplicates, "imagen aparece", "imágenes aparecen")} más de una vez; las copias se quedan en un mismo lado del reparto.` : "",
  staysHere: "Nada sale de esta página.",
  counts: "Imágenes por clase",
  countColumns: ["Clase", "Aprender", "Elegir", "Probar"],
  alt: (className, index) => `Imagen de entrenamiento ${index}, clase ${className}`,
  source: (source, licence) => `Origen: ${source}. Licencia: ${licence}.`,
  split: (train, validation, test) => `${count(train)} para aprender, ${count(validation)} para elegir, ${count(test)} para probar.`,
};

/** @param {string[]} classes */
function whichClass(classes) {
  return classes.length ? `¿Cuál es: ${anyOf(classes)}? ${TOLD}` : "";
}

/** @param {string[]} classes */
function anyOf(classes) {
  const MANY = 6;
  const shown = (classes.length > MANY ? classes.slice(0, MANY - 1) : classes).map((name) => shorten(name));
  const last = classes.length > MANY ? `una de otras ${count(classes.length - shown.length)}` : shown.pop();
  return [shown.join(", "), last].filter(Boolean).join(" o ");
}

/** @type {English["accuracy"]} */
export const accuracy = {
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
    [test !== null && `${percent(test)} en imágenes de prueba`, validation !== null && `${percent(validation)} en imágenes de validación`]
      .filter(Boolean)
      .join(", "),
};

/** @type {English["filters"]} */
export const filters = {
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

/** @type {English["seen"]} */
export const seen = {
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

/** @type {English["matrix"]} */
export const matrix = {
  about:
    "M es el producto exterior medio de los gradientes: cuánto cambia la respuesta cuando dos píxeles de un parche cambian a la vez. Sus vectores propios son los filtros de arriba.",
  heat: "M, píxel a píxel",
  heatEmpty: "Aquí se dibujará M tras la primera ronda. Para el núcleo fijo es la identidad.",
  heatRound: (round) => `M usada en la ronda ${round}`,
  entry: (a, b, value) => `${a} con ${b}: ${value} de la entrada mayor`,
  pixel: (channels, channel, row, column) => `${channels > 1 ? `canal ${channel + 1}, ` : ""}fila ${row + 1}, columna ${column + 1}`,
  hint: "Colores en escala de raíz cuadrada. Señala la matriz, o recórrela con las flechas, para leer una entrada.",
  spectrum: "Su espectro",
  spectrumAlt: "Parte de cada valor propio de M, por ronda, en escala logarítmica",
  spectrumTable: "Números",
  spectrumColumns: ["Valor propio", "Parte de la suma"],
  spectrumX: "valor propio, el mayor primero",
  spectrumY: "parte de la suma, %",
  leading: (k, d, share) => `${k === 1 ? "La primera dirección" : `Las primeras ${count(k)} direcciones`} de ${count(d)} reúnen el ${percent(share * 100, 0)} de M.`,
  spectrumEmpty: "Plano por ahora: el núcleo fijo trata igual todas las direcciones. Se curvará al aprender filtros.",
};

/** @type {English["loop"]} */
export const loop = {
  hint: "Señala una imagen, o recórrela con las flechas, para leer sus números. Pulsa un número, o Intro, para ver de dónde sale.",
  stops: {
    image: {
      title: "Una imagen",
      bodyHtml: "Sigue una imagen de prueba por el ciclo. El recuadro es el parche que señalas.",
      mathHtml: formulas.image,
      pending: "Aquí estará una imagen.",
      gives: "x",
    },
    patch: {
      title: "Cortarla en parches",
      bodyHtml: "Cada ventana de q × q píxeles es un vector u. Nunca se mira otra cosa que ventanas pequeñas; esa es toda la convolución que hay.",
      mathHtml: formulas.patch,
      pending: "Aquí estará un parche.",
      gives: "u",
    },
    kernel: {
      title: "Compararla con todas",
      bodyHtml: "Un número por imagen de entrenamiento dice cuánto se parecen las dos, lugar a lugar: el núcleo tangente neuronal, el que usaría una red convolucional infinitamente ancha.",
      mathHtml: formulas.kernel,
      pending: "Aquí estarán una barra por imagen de entrenamiento y las imágenes más parecidas a esta.",
      gives: "K",
    },
    ridge: {
      title: "Resolver un sistema lineal",
      bodyHtml: "Cada imagen de entrenamiento recibe un peso por clase, de modo que el parecido ponderado dé las etiquetas correctas. λ es el ridge. Sin descenso, sin épocas.",
      mathHtml: formulas.ridge,
      pending: "Aquí estarán un peso por imagen de entrenamiento y la respuesta para esta.",
      gives: "f",
    },
    gradient: {
      title: "Qué píxeles importaron",
      bodyHtml: "¿Cómo cambia la respuesta f cuando cambia un parche? Claro donde un cambio pequeño importaría más.",
      mathHtml: formulas.gradient,
      pending: "Aquí estará el gradiente en cada lugar de la imagen.",
      gives: "g",
    },
    matrix: {
      title: "Promediar los gradientes",
      bodyHtml: "Esos gradientes, multiplicados por sí mismos y promediados sobre imágenes, lugares y clases, son la matriz M. Sus vectores propios son los filtros.",
      mathHtml: formulas.matrix,
      pending: "Aquí se dibujará M, con sus direcciones más fuertes.",
      gives: "M",
    },
    seen: {
      title: "Mirar otra vez a través de M",
      bodyHtml: "Cada parche se multiplica por la raíz de M: lo que importó crece, lo demás se apaga. Así ve el núcleo la imagen desde ahora.",
      mathHtml: formulas.seen,
      pending: "Aquí estará la imagen a través de la raíz de M.",
      gives: "R u",
    },
  },
  states: { done: "hecho", active: "calculándose", pending: "por venir", never: "no forma parte de esta ejecución" },
  oneRound: "Con una sola ronda no se hace ninguna M. Elige dos rondas o más en los ajustes para verla aquí.",
  nextRound: "siguiente ronda",
  back: "De vuelta a los parches: la siguiente ronda",
  rounds: "Ronda mostrada",
  roundOf: (round, rounds) => `Ronda ${round} de ${rounds - 1}`,
  roundName: (round) => `Ronda ${round}`,
  follow: "Seguir la ejecución",
  oneStage: "Una etapa",
  runAll: "Todas",
  runAgain: "Todas otra vez",
  finished: "Todas las rondas están hechas: elige una para mirarla. Una etapa más empezaría de nuevo con la ronda 0.",
  next: (round, rounds, what) => `Ahora, ronda ${round} de ${rounds - 1}: ${what}`,
  doing: {
    kernel: "comparar todas las imágenes de entrenamiento.",
    solve: "calcular los pesos.",
    predict: "responder para las imágenes apartadas.",
    agop: "promediar los gradientes en M.",
    convolve: "sacar filtros para el nivel siguiente.",
  },
  deeper: "El primer nivel ha aprendido. Los más hondos están más abajo.",
  imagePicker: "Parche de la imagen",
  gradientPicker: "Gradiente en cada lugar de la imagen",
  seenPicker: "La imagen como la ve el núcleo",
  patchKind: "parche móvil",
  pixelKind: "píxel móvil",
  barKind: "fila de barras",
  entryKind: "entrada móvil",
  patchPicture: "El parche, píxel a píxel",
  chooseImage: "Elige otra imagen",
  noImage: "",
  yourDrawing: "Tu dibujo",
  testImage: (index, name) => `Imagen de prueba ${index}: ${name}`,
  place: (row, column) => `Parche en la fila ${row}, columna ${column}`,
  patches: (count_, dimension) => `Uno de ${plural(count_, "parche", "parches")} de esta imagen, con ${plural(dimension, "número", "números")} cada uno.`,
  pixel: (row, column, values) => `Fila ${row}, columna ${column}: ${values.map(value).join(", ")}`,
  kernelRow: "Parecido con cada imagen de entrenamiento",
  kernelValue: "K / s =",
  nearest: "Las más parecidas",
  trainImage: (index, name) => `Imagen de entrenamiento ${index}${name && `, ${name}`}:`,
  trainPicture: "La imagen de entrenamiento señalada",
  samePatch: "El mismo parche en ella",
  barScale: (low, high) => `Barras de ${low} a ${high}; las cinco más altas, en naranja.`,
  explainKernel: "De dónde sale este parecido",
  weightRow: "Peso de cada imagen de entrenamiento",
  weightValue: (name) => `α para ${name} =`,
  weightScale: "Hacia arriba y en naranja habla a favor de la clase; hacia abajo y en azul, en contra.",
  answers: "La respuesta f, clase por clase",
  answered: "respuesta",
  truth: "verdad",
  explainAnswer: "De dónde sale esta respuesta",
  gradientPatch: "g del parche",
  gradientPatchAlt: "Gradiente de la respuesta respecto al parche señalado",
  gradientAt: (row, column, name) => `Fila ${row}, columna ${column}, clase ${name}: |g| =`,
  explainGradient: "De dónde sale esta longitud",
  matrixPicker: "Entradas de M",
  vectorAlt: (rank) => `Vector propio ${rank} de M`,
  growth: "M, ronda a ronda",
  growthAlt: (round) => `M usada en la ronda ${round}`,
  matrixInUse: (round) => `La última ronda no hace otra M; esta se usa en la ronda ${round}.`,
  matrixMade: (round, next) => `Hecha con los gradientes de la ronda ${round}, para la ronda ${next}.`,
  entryOf: (channels, channel, row, column) => `${channels > 1 ? `canal ${channel + 1}, ` : ""}fila ${row}, columna ${column}`,
  entry: (a, b, same) => (same ? `Píxel en ${a}: M / tr M =` : `Píxel en ${a}, con el de ${b}: M / tr M =`),
  explainMatrix: "De dónde sale esta entrada",
  before: "parche",
  after: "por M",
  beforeAlt: "El parche señalado",
  afterAlt: "El mismo parche multiplicado por la raíz de M",
  seenAt: (row, column, round) => `Fila ${row}, columna ${column}, como la ve la ronda ${round}.`,
  explainSeen: "Su longitud al cuadrado",
};

/** @type {Record<Missing, string>} */
const missingWords = {
  WebAssembly:
    "Este navegador no tiene WebAssembly, con lo que calcula esta página; quizá esté desactivado, como hacen los modos de aislamiento. Actívalo para esta página o abre el enlace en otro navegador.",
  SIMD:
    "Este navegador no tiene WebAssembly SIMD, las instrucciones vectoriales con las que calcula esta página. Chrome y Edge las tienen desde la versión 91, Firefox desde la 114, Safari desde la 16.4: actualízalo o abre el enlace en otro navegador.",
};

/** @type {English["explained"]} */
export const explained = {
  close: "Cerrar la cuenta",
  pending: "Calculando…",
  headings: {
    kernel: "Cuánto se parecen las dos imágenes",
    answer: "De dónde sale la respuesta",
    gradient: "Cuánto depende la respuesta de este parche",
    matrix: "Una entrada de M",
    seen: "Cuánto mide el parche visto a través de M",
  },
  about: {
    kernel: "Primero en un lugar: z y z′ son los dos parches vistos a través de R. Después, la media sobre todos los lugares P.",
    answer: "Cada imagen de entrenamiento suma su parecido por su peso. Los términos mayores van primero.",
    gradient: "El cuadrado de la longitud del gradiente es la suma de los cuadrados de sus entradas, una por píxel del parche.",
    matrix: "Cada imagen de muestra suma los productos de sus gradientes en estos dos píxeles, sobre todos los lugares y clases.",
    seen: "A lo largo de cada vector propio de M, el parche cuenta con su parte w de toda la sensibilidad.",
  },
  layer: (layer) => `capa ${layer}`,
  kernelNote: (layers, positions) =>
    `${layers === 1 ? "Una capa" : `Las ${layers} capas, cada una sumada sobre las ventanas de la anterior`}; la media es sobre ${plural(positions, "lugar", "lugares")}.`,
  trainColumn: "imagen de entrenamiento",
  pixelColumn: "píxel",
  vectorColumn: "vector propio",
  sampleColumn: "imagen de muestra",
  vector: (rank) => `${rank}`,
  rest: (others) => (others === 1 ? "la otra" : `las otras ${count(others)} juntas`),
  total: "suma",
};

/** @type {English["compare"]} */
export const compare = {
  about: "Las mismas imágenes, la misma regresión ridge, la misma semilla. A un lado, el núcleo tal como vino; al otro, el núcleo que ha mirado sus propios gradientes.",
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
  tableColumns: ["Ronda", "aciertos, validación", "aciertos, prueba", "error cuadrático, validación", "error cuadrático, prueba", "ridge"],
  point: (round, test, validation) => `Ronda ${round}: ${test} en prueba, ${validation} en validación`,
  confusion: "Qué se toma por qué",
  confusionAbout: "Las filas son la verdad; las columnas, la respuesta. Los aciertos están en la diagonal.",
  confusionPart: (shown, classes) => `Las ${shown} clases, de ${classes}, con más errores.`,
  truthAxis: "verdad",
  confusionCaption: (machine, part) => `${machine}, imágenes ${part.toLowerCase()}`,
  cell: (truth, answer, n) =>
    truth === answer ? `${truth} tomado por ${answer}, con razón: ${plural(n, "imagen", "imágenes")}` : `${truth} tomado por ${answer}: ${plural(n, "imagen", "imágenes")}`,
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

/** @type {English["pins"]} */
export const pins = {
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

/** @type {English["drawing"]} */
export const drawing = {
  digit: "Dibuja una cifra con ratón, dedo o lápiz. Cada ronda de la máquina responde mientras dibujas.",
  star: "Mueve la estrella. Cada ronda de la máquina responde mientras la mueves: ¿hay una estrella?",
  otherSets: "Para estas imágenes no hay nada que dibujar. Se pueden dibujar cifras y la estrella oculta:",
  openDigits: "Dibujar cifras",
  openStar: "Mover una estrella",
  canvas: "Área de dibujo. Las flechas mueven el lápiz, la barra espaciadora lo baja y lo sube, con Mayús los pasos son mayores.",
  area: "área de dibujo",
  keyboard: "Con el teclado: las flechas mueven el lápiz, la barra espaciadora lo baja o lo sube.",
  undo: "Deshacer",
  clear: "Borrar",
  penDown: "Lápiz abajo",
  penUp: "Lápiz arriba",
  hint: "Dibuja aquí",
  machine: (height, width) => `Lo que recibe la máquina: ${height} × ${width} píxeles`,
  machineAlt: "Tu dibujo como lo recibe la máquina",
  looks: (round) => (round === 0 ? "Dónde mira el núcleo fijo" : `Dónde mira la ronda ${round}`),
  looksAlt: "Longitud de cada parche como la pesa el núcleo",
  starLabel: "La estrella",
  starKind: "estrella móvil",
  starAt: (row, column) => `Estrella en la fila ${row}, columna ${column}`,
  answers: "Lo que responde cada ronda",
  round: (round) => (round === 0 ? "Núcleo fijo" : `Ronda ${round}`),
  says: (name) => `dice: ${name}`,
  kept: "elegida",
  spoken: (round, name) => `${drawing.round(round)} dice ${name}`,
  needRun: "Todavía no se ha aprendido nada. Hace falta una ejecución para que la máquina pueda responder.",
  run: "Ejecutar ya",
  busy: "La ejecución sigue; las respuestas llegan tras cada una de sus etapas.",
  nothing: "Dibuja algo para ver las respuestas.",
  seconds: (seconds) => `Respondido en ${Math.max(1, Math.round(seconds * 1000))} ms.`,
  inLoop: "También se puede seguir por el ciclo de arriba: allí está junto a las imágenes de prueba.",
  columns: ["clase", "f"],
};

/** @type {English["noise"]} */
export const noise = {
  about:
    "La tesis del artículo: cuando la señal es local y el ruido es fuerte, un núcleo que aprende dónde mirar aguanta más que uno fijo. Compruébalo: cada punto de esta curva es una ejecución completa, hecha aquí.",
  builtInOnly: "La curva se dibuja solo con los conjuntos incluidos: lo que abriste lo tiene la ejecución de la página. Estos dos están a un clic.",
  noLevel: "Este conjunto no tiene nivel de ruido. Estos dos sí; y las cifras, la ropa o las fotos se pueden poner en un marco de ruido (Más ajustes).",
  fill: "Llenar la curva",
  goOn: "Seguir",
  filled: "Llena",
  stop: "Parar",
  seeds: "Ejecuciones por nivel",
  level: "Nivel en la curva",
  sigma: "ruido σ",
  axis: "aciertos, %",
  chart: "Aciertos en imágenes de prueba según el nivel de ruido, núcleo fijo y ConvRFM",
  fixed: "núcleo fijo",
  learned: "ConvRFM",
  band: "banda: ± una desviación típica sobre las semillas",
  table: "Números",
  columns: ["Ruido σ", "Núcleo fijo, %", "ConvRFM, %", "Semillas"],
  spread: ({ mean, deviation }) => `${mean.toFixed(1)} ± ${deviation.toFixed(1)}`,
  atLevel: (sigma) => `σ = ${sigma}`,
  reading: (sigma, fixed, learned, seeds) =>
    `Con σ = ${sigma} el núcleo fijo acierta el ${noise.spread(fixed)} %, ConvRFM el ${noise.spread(learned)} % (${plural(seeds, "semilla", "semillas")}).`,
  unknown: (sigma) => `σ = ${sigma} todavía no se ha ejecutado.`,
  use: (sigma) => `Usar σ = ${sigma} arriba`,
  picture: (name, sigma) => `Imagen de prueba con σ = ${sigma}, clase ${name}`,
  will: (runs, seconds) =>
    `${plural(runs, "ejecución", "ejecuciones")}${seconds === null ? "" : `, unos ${duration(seconds)}`}, en segundo plano. La curva se llena mientras sigues leyendo.`.replace("unos menos", "menos"),
  waits: (done, total) => `${done} de ${total} ejecuciones; espera mientras sigue la de la propia página o la página está oculta.`,
  runs: (done, total, left) => `${done} de ${total} ejecuciones${left === null ? "" : `, faltan ${duration(left)}`}.`.replace("faltan menos", "falta menos"),
  complete: (runs) => `Las ${runs} ejecuciones están hechas.`,
};

/** @type {English["tour"]} */
export const tour = {
  number: (step, steps) => `Visita, ${step} de ${steps}`,
  back: "Atrás",
  next: "Siguiente",
  finish: "Terminar",
  end: "Salir de la visita",
  there: "Ir allí",
  done: "Hecho. Vamos al paso siguiente.",
  moved: "Hecho. Sigue cuanto quieras y pulsa Siguiente.",
  instead: "Estas imágenes no se pueden dibujar a mano. Elige otras que sí, o sigue.",
  wayBack: "Mayús y Tabulador juntos traen de vuelta aquí.",
  hasRun: "Ya se ha ejecutado. Pulsa «Otra vez» para volver a verlo, o sigue.",
  steps: [
    {
      title: "Imágenes con respuesta",
      body: "Estas son algunas de las imágenes de entrenamiento, cada una con su respuesta correcta. A la máquina se le dicen estas respuestas, pero no qué buscar: eso tiene que descubrirlo.",
    },
    {
      title: "Que aprenda",
      body: "Aprende en rondas. Cada ronda compara todas las imágenes, resuelve un sistema de ecuaciones lineales y pregunta qué importó. Bastan unos segundos.",
      task: "Pulsa Ejecutar. La visita sigue cuando esté hecho.",
    },
    {
      title: "Antes y después",
      body: "A la izquierda: los aciertos cuando todos los píxeles de un parche cuentan igual. A la derecha: después de descubrir cuáles importan. Ambos se cuentan en imágenes que nunca ha visto.",
    },
    {
      title: "Lo que aprendió a buscar",
      body: "Cada imagen pequeña es un patrón. Donde un parche se le parece, la respuesta cambia más. Nadie los dibujó; salieron de los datos.",
    },
    {
      title: "Sus ojos, antes y después",
      body: "Una imagen de prueba, y cuánto cuenta cada lugar de ella. El núcleo fijo pesa igual todo lo claro; el aprendido mira donde está la señal.",
    },
    {
      title: "Solo ve ventanas pequeñas",
      body: "Toda imagen se corta en parches que se solapan. Un parche es una lista de números, un vector, y todo lo que sigue parte de él.",
      task: "Muévete sobre esta imagen, o usa en ella las flechas.",
    },
    {
      title: "¿Cuánto se parecen dos imágenes?",
      body: "Un número por cada par de imágenes, hecho de todos sus parches. Con una tabla de estos números, la matriz del núcleo, le basta para responder: una imagen nueva recibe las respuestas de las que se le parecen.",
    },
    {
      title: "¿Qué píxeles importaron?",
      body: "Cambia un poco un píxel de un parche: ¿cuánto cambia la respuesta? Promediado sobre todos los parches, para cada par de píxeles, eso es la matriz M. Sus direcciones más fuertes son los patrones que viste.",
    },
    {
      title: "Te toca",
      body: "Haz aquí una imagen tuya, y cada ronda dirá qué piensa de ella.",
      task: "Dibuja, o mueve lo que hay, con el puntero o las flechas.",
    },
    {
      title: "Ahora cambia algo",
      body: "Parches más pequeños, más ruido, un experimento del artículo: predice qué pasará y ejecuta. Fija una ejecución para compararla con la siguiente. Al pie de la página te lo puedes llevar todo.",
    },
  ],
};

/** @type {English["take"]} */
export const take = {
  filesHeading: "Archivos",
  filters: "Filtros",
  filtersAbout: "Una fila por ronda, el más fuerte primero.",
  accuracy: "Aciertos",
  accuracyAbout: "El gráfico tal como está.",
  spectrum: "Espectro de M",
  spectrumAbout: "Una línea por ronda.",
  results: "Resultados",
  resultsAbout: "Ajustes, aciertos, predicciones, M: todo en números.",
  kinds: { png: "PNG", svg: "SVG", json: "JSON", npz: ".npz" },
  againHeading: "Otra vez",
  command: "En la línea de órdenes",
  commandAbout: "En una copia del código de este programa, con Rust instalado: las mismas imágenes, los mismos números.",
  commandFiles: "Pon los archivos o la carpeta que abriste en lugar de ruta/a/tus/archivos.",
  commandHub: (name) =>
    `Descarga antes los archivos Parquet de ${name} en la carpeta archivos-parquet. La página lee una parte de ellos y la orden todos: sortea otras imágenes.`,
  commandCamera: "Las fotos de la cámara solo están en esta página; ninguna orden las alcanza.",
  files: "ruta/a/tus/archivos",
  hub: "archivos-parquet",
  link: "Enlace con todos los ajustes",
  citeHeading: "Citar",
  citePaper: "El método",
  citeSoftware: "Esta página",
  copy: "Copiar",
  copyWhat: (what) => `Copiar: ${what}`,
  copied: (what) => `Copiado: ${what}.`,
  selected: "Este navegador no dejó copiar. El texto está seleccionado: cópialo con Ctrl+C o ⌘C.",
  saved: (name) => `Guardado: ${name}.`,
  failed: (message) => `No se guardó nada. ${message}`,
};

/** @type {English["errors"]} */
export const errors = {
  heading: "Esto no funcionó",
  body: (message, lost, missing) => (missing ? missingWords[missing] : lost ? `La parte de la página que calcula se detuvo (${message}).` : sentence(message)),
  refused: (message) => `${sentence(message)} Queda el motor de CPU; pulsa Ejecutar para seguir con él.`,
  retry: "Intentar de nuevo",
  defaults: "Usar los ajustes iniciales",
  corrected: (corrections) =>
    corrections
      .map(({ key, found, used }) => {
        if (key === "data") {
          return found === "own"
            ? "Un enlace no puede llevar archivos ni fotos de la cámara: ábrelos de nuevo. Esta es la estrella oculta."
            : `No hay ningún conjunto «${shorten(found)}»; esta es la estrella oculta.`;
        }
        if (key === "hide") return `Aquí nada se llama «${shorten(found)}», así que no se puede ocultar.`;
        if (key === "lesson") return `La visita no tiene paso «${shorten(found)}»${used === "off" ? "" : `; este es el paso ${used}`}.`;
        if (key === "lang") return `Esta página no habla «${shorten(found)}».`;
        return `${settings[key].label}: ${shorten(found)} no se puede usar aquí; se usa ${key === "engine" ? engines[/** @type {EngineName} */ (used)] : used}.`;
      })
      .join(" "),
};

/** @type {English["own"]} */
export const own = {
  open: "Las tuyas…",
  openTip: "Abre imágenes de archivos, del hub de Hugging Face o de la cámara. O suéltalas en cualquier lugar de la página.",
  heading: "Tus imágenes",
  lead: "Da al menos dos clases. No se envía nada: todo se lee y se calcula en esta página.",
  close: "Cerrar",
  drop: "Suelta aquí archivos o una carpeta",
  dropAnywhere: "Suelta para abrir",
  dropAnywhereAbout: "Imágenes en una carpeta por clase, o un archivo de datos",
  pickFiles: "Elegir archivos",
  pickFolder: "Elegir una carpeta",
  filesHeading: "De archivos",
  formats: [
    ["Imágenes", "una carpeta por clase, o un .zip de ello: PNG, JPEG, WebP"],
    ["Conjuntos", "IDX de MNIST (.gz), CIFAR .bin o .tar.gz, .npz, .mat, Parquet"],
  ],
  hubHeading: "Del hub de Hugging Face",
  hubLabel: "Nombre",
  hubPlaceholder: "dueño/nombre",
  hubExamples: "Por ejemplo",
  hubCount: "Imágenes",
  hubLoad: "Cargar",
  hubAbout: (host) => `Solo se descargan las imágenes pedidas, de ${host} a este navegador.`,
  badName: "Un conjunto del hub se llama como «uoft-cs/cifar10»: su dueño, una barra, su nombre.",
  kept: (bytes) => `${megabytes(bytes)} guardados en este navegador.`,
  empty: "Vaciar",
  emptied: "Ya no se guarda nada.",
  cameraHeading: "De la cámara",
  cameraAbout: "Mantén pulsado un botón para grabar una clase, después la otra. Las fotos se quedan aquí.",
  cameraStart: "Encender la cámara",
  cameraStop: "Apagar",
  preview: "Lo que ve la cámara",
  className: (number) => `Clase ${number}`,
  classLabel: (number) => `Nombre de la clase ${number}`,
  hold: "Mantén para grabar",
  holdLabel: (name) => `Mantén para grabar ${name}`,
  addClass: "Añadir una clase",
  shots: (shots) => plural(shots, "foto", "fotos"),
  use: "Usar estas fotos",
  needMore: (least) => `Graba al menos ${least} fotos de cada clase.`,
  sameNames: "Dos clases tienen el mismo nombre.",
  cancel: "Cancelar",
  notOpened: "Esto no se abrió, y lo que había sigue ahí.",
  opened: ({ name, train, test, classNames }) => `Abierto ${shorten(name, 40)}: ${plural(train + test, "imagen", "imágenes")}, ${plural(classNames.length, "clase", "clases")}.`,
  notInLink: "Un enlace a esta página no puede llevarlo.",
  inLink: "La dirección de esta página vuelve a llevar aquí.",
  progress: (progress) => {
    const { doing, done, total } = progress ?? { doing: "read", done: 0, total: 0 };
    if (doing === "list") return "Preguntando al hub qué hay…";
    if (doing === "wait") return `El hub está ocupado y pide esperar: ${total} s…`;
    if (doing === "download") return `Descargando: ${(done / 2 ** 20).toFixed(1)} de ${(total / 2 ** 20).toFixed(1)} MB`;
    if (doing === "decode") return `Decodificando imágenes: ${count(done)} de ${count(total)}`;
    return "Leyendo…";
  },
};

/** @type {English["sources"]} */
export const sources = {
  ownFiles: "Archivos tuyos",
  ownLicence: "la que tú sepas",
  camera: { name: "Cámara", source: "Tu cámara", licence: "tuya" },
  noLicence: "no indicada en el hub",
  files: (n) => plural(n, "archivo", "archivos"),
  shot: (number) => `foto ${number} de la cámara`,
  noPictures: "Estas imágenes tienen el tamaño que tienen: no llegaron como fotos.",
  tooManyFiles: (limit) => `Más de ${count(limit)} archivos son más de los que esta página lee a la vez.`,
  noPictureFile: (path) => `${path}: no es una imagen que este navegador sepa leer.`,
  pictureTooLarge: (path, width, height, limit) => `${path}: ${count(width)} × ${count(height)} píxeles, más de los ${count(limit)} permitidos.`,
  noCanvas: "Este navegador no da a sus hilos un lienzo, que es lo que decodifica imágenes.",
  noCameraHere: "Este navegador no da una cámara a esta página; hacen falta una cámara y una dirección segura (https).",
  cameraRefused: (name) =>
    name === "NotAllowedError"
      ? "No se permitió la cámara. Se puede permitir en la barra de direcciones del navegador."
      : name === "NotFoundError"
        ? "No se encontró ninguna cámara."
        : "La cámara no se puede usar; quizá la esté usando otro programa.",
  noFrame: "La cámara todavía no ha mostrado ninguna imagen.",
  unreachable: (url) => `No se puede llegar a ${host(url)}. ¿Hay conexión de red?`,
  refused: (url, status) => `${host(url)} se negó con el estado ${status}.`,
  busy: (url, status, seconds) => `${host(url)} está ocupado (${status}) y pide esperar ${duration(seconds)}. Inténtalo entonces.`,
  brokenOff: (url, length, expected) => `${host(url)} se cortó tras ${count(length)}${expected === undefined ? "" : ` de ${count(expected)}`} bytes. Inténtalo de nuevo.`,
  noLength: (url) => `${host(url)} no dice cuánto mide el archivo, así que no se puede leer una parte.`,
  rangesIgnored: (url, length, limit) => `${host(url)} solo envía archivos enteros, y este tiene ${megabytes(length)}; se aceptan hasta ${megabytes(limit)}.`,
  changed: (url) => `Un archivo de ${host(url)} ha cambiado desde que se guardó una parte en este navegador. Vacía lo guardado e inténtalo de nuevo.`,
  notJson: (url) => `${host(url)} respondió con algo que no es una lista de archivos.`,
  noHubSet: (name, status) =>
    status === 404
      ? `El hub no tiene ningún conjunto «${name}» en Parquet (404).`
      : `El hub no da «${name}» a todos (${status}): no existe, es privado o hay que aceptar condiciones.`,
  noParquet: (name) => `El hub no tiene ningún archivo Parquet de «${name}».`,
  noColumns: (path, what, columns) => `${path}: tiene las columnas ${columns.slice(0, 8).join(", ")}; se esperaba una con «${what}» en cada fila.`,
  badParquet: (path, message) => `${path}: no es un archivo Parquet que se pueda leer (${message}).`,
  pageTooLarge: (length, limit) => `Una página de ${megabytes(length)} es más que los ${megabytes(limit)} permitidos.`,
  groupsTooLarge: (path, length, limit) => `${path}: sus partes más pequeñas que se pueden leer tienen ${megabytes(length)}, más de los ${megabytes(limit)} permitidos.`,
  noPicture: (path, row) => `${path}, fila ${row}: no hay ninguna imagen.`,
  noLabel: (path, row) => `${path}, fila ${row}: no hay ninguna etiqueta.`,
  wrongLabel: (path, row, label, classes) => `${path}, fila ${row}: etiqueta ${label}; se esperaba de 0 a ${classes - 1}.`,
  tooManyClasses: (classes, limit) => `${count(classes)} etiquetas distintas son más que las ${count(limit)} clases permitidas.`,
};

/** @type {English["primary"]} */
export const primary = {
  loading: controls.run,
  ready: controls.run,
  running: controls.pause,
  pausing: controls.pausing,
  paused: controls.resume,
  between: controls.goOn,
  cancelled: controls.run,
  finished: controls.again,
  failed: controls.run,
};

/** @type {English["deep"]} */
export const deep = {
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
  kept: (round, last) => (round > 0 ? `Se queda la ronda ${round}.` : `Se queda la ronda 0: nada de lo aprendido acertó más${last ? "" : ", y los filtros del nivel siguiente salen de I"}.`),
  looksFor: "Qué busca",
  looksForAbout: "«Qué busca», en cada fila: un vector propio principal de M como un filtro sobre los píxeles, y las imágenes de entrenamiento a las que más responde, de más a menos.",
  reluAbout: "Entre niveles hay una ReLU: se muestra el filtro donde pasa todo valor.",
  field: (rank, level, share) => `Filtro ${rank} del nivel ${level} sobre los píxeles, ${percent(share * 100, 1)} de M`,
  strongest: (rank, place) => `Puesto ${place} de las imágenes de entrenamiento que más responden al filtro ${rank}`,
  drawn: "Una imagen a través de filtros al azar",
  learned: "sacados de M",
  isotropic: "sacados de I",
  drawnAbout: "«Una imagen a través de filtros al azar»: los mismos números al azar, con la forma de lo aprendido y sin ella. La imagen es la elegida en «Lo que ve la máquina».",
  map: (source, place) => `La imagen a través del filtro al azar ${place}, ${source}`,
};
