import type * as English from "../en";
import type { Missing } from "../../run/needs";
import type { EngineName, Stage } from "../../run/records";
import { sentence, shorten } from "../common";
import { dataSets, settings } from "./settings";
import { atLevel, decimal, estimate, megabytes, plural } from "./shared";

export const classNames: typeof English.classNames = {
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

export const fixed: typeof English.fixed = {
  language: "Idioma",
  pageTitle: "ConvRFM: una máquina de núcleo que aprende filtros",
  title: "Mira cómo una máquina de núcleo aprende a ver",
  lead: "Las redes convolucionales aprenden sus [filtros](filter) por [retropropagación](backpropagation). Una [máquina de núcleo](machine) los aprende sin ella: resuelve un sistema lineal, promedia [gradientes](gradient) sobre los [parches](patch) y empieza de nuevo con lo que encontró.",
  private: "Todo ocurre en esta página; no se envía nada.",
  embed: "Insertar",
  live: "Abrir la página que calcula",
  asArticle: "Leer como artículo o imprimir",
  whole: "Abrir la página completa",
  tourStart: "Visita guiada",
  present: "Modo de presentación",
  presentEnd: "Salir del modo de presentación",
  puzzleHeading: "¿Por qué los filtros parecen bordes?",
  dataHeading: "Las imágenes",
  accuracyHeading: "Aciertos",
  matrixHeading: "La matriz M detrás de los filtros",
  howHeading: "El ciclo: cómo salen filtros de un núcleo",
  compareHeading: "El resultado: núcleo fijo contra ConvRFM",
  edgesHeading: "¿Imágenes o etiquetas? De dónde vienen los bordes",
  tryHeading: "Dibuja tú",
  noiseHeading: "¿Cuánto ruido aguanta?",
  networkHeading: "¿Hacen lo mismo las redes neuronales?",
  deepHeading: "¿Ayuda la profundidad? Deep ConvRFM",
  whereHeading: "Dónde funciona y dónde no",
  teachHeading: "Para la clase",
  glossaryHeading: "Glosario",
  takeHeading: "Descargar y citar",
  paperHtml:
    'D. Beaglehole, A. Radhakrishnan, P. Pandit, M. Belkin: <cite lang="en">Mechanism of feature learning in convolutional neural networks</cite> (2023), <a href="https://arxiv.org/abs/2309.00570">arXiv:2309.00570</a>.',
};

export const controls: typeof English.controls = {
  run: "Ejecutar",
  pause: "Pausa",
  pausing: "Pausando…",
  resume: "Continuar",
  goOn: "Seguir",
  again: "Otra vez",
  step: "Paso",
  stepTip: "Ejecuta una ronda y espera",
  reset: "Reiniciar",
  newSeed: "Sortear",
  newSeedTip: "Sortea otras imágenes y empieza de nuevo",
  cancel: "Cancelar",
  more: "Más ajustes",
  settings: "Ajustes",
  dataSet: "Conjunto de datos",
  openSet: (name) => `Abrir «${dataSets[name].name}»`,
  transport: "Mandos de la ejecución",
  useSettings: "Usar esos ajustes",
};

export const engines: typeof English.engines = { auto: "Automático", cpu: "CPU", gpu: "GPU" };

export const engine: typeof English.engine = {
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
  inUse: ({ description, reason }, wanted) => `Motor: ${description}${wanted === "auto" && reason ? `: ${reason}` : ""}.`,
  speedUnit: "posiciones-capa/s",
};

const stages: Record<Stage, string> = {
  kernel: "comparando las imágenes de entrenamiento",
  solve: "calculando los pesos",
  predict: "clasificando las imágenes apartadas",
  agop: "promediando gradientes",
  convolve: "sacando filtros y convolucionando las imágenes",
  train: "entrenando la red",
};

export const progress: typeof English.progress = {
  label: "Avance de la ejecución",
  loading: "Preparando las imágenes…",
  ready: ({ rounds, train, engine }, plan) => {
    const what = `Listo: ${plural(train, "imagen", "imágenes")} para aprender, ${plural(rounds, "ronda", "rondas")}`;
    if (!plan) return `${what}.`;
    const needs = [megabytes(plan.bytes)];
    const time = engine === "gpu" ? "" : estimate(plan.seconds);
    if (time) needs.unshift(time + (engine === "auto" ? " en la CPU" : ""));
    return `${what}: ${time ? "" : "unos "}${needs.join(", ")}.`;
  },
  stage: ({ level, round, stage, done }, settings) =>
    `${atLevel({ level }, settings)} ${round} de ${settings.rounds - 1}: ${stages[stage]}, ${Math.floor(done * 100)} %`,
  left: (seconds) => (estimate(seconds) ? `faltan ${estimate(seconds)}`.replace("faltan menos", "falta menos") : ""),
  starting: "Empezando…",
  queued: "Espera a que termine otra ejecución de esta página.",
  paused: "En pausa. No se calcula nada.",
  resting: {
    hidden: "Espera mientras la página está oculta.",
    scrolled: "Espera mientras no está a la vista.",
  },
  stageDone: (at, settings) => `${atLevel(at, settings)} ${at.round}: ${stages[at.stage]}, hecho.`,
  between: (at, settings) => `${atLevel(at, settings)} ${at.round}: hecha. Da un paso o sigue.`,
  cancelled: "Cancelado. Lo terminado se queda.",
  finished: (seconds) => `Hecho en ${decimal(seconds)} s de cálculo.`,
  failed: "No se ejecuta nada.",
};

const missingWords: Record<Missing, string> = {
  WebAssembly:
    "Este navegador no tiene WebAssembly, con lo que calcula esta página; quizá esté desactivado, como hacen los modos de aislamiento. Actívalo para esta página o abre el enlace en otro navegador.",
  SIMD: "Este navegador no tiene WebAssembly SIMD, las instrucciones vectoriales con las que calcula esta página. Chrome y Edge las tienen desde la versión 91, Firefox desde la 114, Safari desde la 16.4: actualízalo o abre el enlace en otro navegador.",
};

export const errors: typeof English.errors = {
  heading: "Esto no funcionó",
  body: (message, lost, missing, notLoaded = false) => {
    if (missing) return missingWords[missing];
    if (notLoaded) return "No se pudo cargar el motor, tras tres intentos. Revisa la conexión e inténtalo de nuevo.";
    return lost ? `La parte de la página que calcula se detuvo (${message}).` : sentence(message);
  },
  impossible: "Estos ajustes no se pueden ejecutar",
  refused: (message) => `${sentence(message)} Queda el motor de CPU; pulsa Ejecutar para seguir con él.`,
  retry: "Intentar de nuevo",
  defaults: "Usar los ajustes iniciales",
  oldBrowser: (missing) =>
    `Este navegador es demasiado antiguo para la página: le falta ${missing}. Lo tienen Chrome 123, Firefox 125, Safari 17.5 y versiones posteriores.`,
  corrected: (corrections) =>
    corrections
      .map(({ key, found, used }) => {
        if (key === "unknown") return `La dirección dice «${shorten(found)}», que no es ningún ajuste.`;
        if (key === "data") {
          const instead = `Se muestra «${dataSets[used as keyof typeof dataSets].name}».`;
          return found === "own"
            ? `Un enlace no puede llevar archivos ni fotos de la cámara: ábrelos de nuevo. ${instead}`
            : `No hay ningún conjunto «${shorten(found)}». ${instead}`;
        }
        if (key === "hide") return `Aquí nada se llama «${shorten(found)}», así que no se puede ocultar.`;
        if (key === "lesson")
          return `La visita no tiene paso «${shorten(found)}»${used === "off" ? "" : `; este es el paso ${used}`}.`;
        if (key === "lang") return `La página no tiene versión en «${shorten(found)}».`;
        if (key === "present") return `“present” es on u off, no “${shorten(found)}”.`;
        const value = key === "engine" ? engines[used as EngineName] : used;
        const why = typeof used === "number" && !Number.isFinite(Number(found)) ? "no es un número" : "no es posible aquí";
        return `${settings[key].label}: «${shorten(found)}» ${why}; se usa ${value}.`;
      })
      .join(" "),
};

export const belongs: typeof English.belongs = {
  own: "tus imágenes",
  run: (name, images, seed) => `${name}, ${plural(images, "imagen", "imágenes")}${seed === null ? "" : `, semilla ${seed}`}`,
  unchanged: (run) => `Resultados: ${run}.`,
  example: "Esta ejecución terminada viene con la página. Pulsa Ejecutar para hacer la tuya.",
  changed: (run) => `Estos resultados son de: ${run}.`,
  busy: (run) => `La ejecución sigue con: ${run}.`,
  differ: (changes) => `Los ajustes han cambiado: ${changes.join("; ")}.`,
  differNext: (changes) => `Para la próxima ejecución: ${changes.join("; ")}.`,
  change: (label, from, to) => `${label} ${from} → ${to}`,
  otherFiles: "otras imágenes",
  more: (count) => `${count} más`,
  press: "Pulsa Ejecutar para usarlos.",
  continues: (round) => `«Ejecutar» continúa con la ronda ${round}.`,
  undo: "Deshacer",
  undoTip: "Vuelve a los ajustes de estos resultados",
  before: "La ejecución anterior se guarda hasta que termine otra.",
  restore: "Mostrarla de nuevo",
};

export const primary: typeof English.primary = {
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
