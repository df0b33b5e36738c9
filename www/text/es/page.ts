import type * as English from "../en";
import type { Missing } from "../../run/needs";
import type { EngineName, Stage } from "../../run/records";
import { sentence, shorten, speed } from "../common";
import { dataSets, settings } from "./settings";
import { atLevel, duration, megabytes, plural } from "./shared";

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
  noiseHeading: "Aciertos y ruido",
  deepHeading: "Deep ConvRFM",
  takeHeading: "Para llevar",
  howLead:
    "Se dice que una red convolucional aprende sus filtros por retropropagación. En esta página no hay ni red ni retropropagación: da vueltas a este ciclo, y cada paso tiene una respuesta exacta.",
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
  inUse: ({ description, reason }, wanted, rate) => {
    const why = wanted === "auto" && reason ? `: ${reason}` : "";
    return `Motor: ${description}${why}.${rate === null ? "" : ` ${speed(rate)} posiciones-capa/s`}`;
  },
};

const stages: Record<Stage, string> = {
  kernel: "comparando las imágenes de entrenamiento",
  solve: "calculando los pesos",
  predict: "clasificando las imágenes apartadas",
  agop: "promediando gradientes",
  convolve: "sacando filtros y convolucionando las imágenes",
};

export const progress: typeof English.progress = {
  label: "Avance de la ejecución",
  loading: "Preparando las imágenes…",
  ready: ({ rounds, train, engine }, plan) => {
    const what = `Listo: ${plural(train, "imagen", "imágenes")} para aprender, ${plural(rounds, "ronda", "rondas")}`;
    if (!plan) return `${what}.`;
    const needs = [megabytes(plan.bytes)];
    if (plan.seconds !== null && engine !== "gpu") needs.unshift(duration(plan.seconds) + (engine === "auto" ? " en la CPU" : ""));
    return `${what}: unos ${needs.join(", ")}.`.replace("unos menos", "menos");
  },
  stage: ({ level, round, stage, done }, settings) =>
    `${atLevel({ level }, settings)} ${round} de ${settings.rounds - 1}: ${stages[stage]}, ${Math.floor(done * 100)} %`,
  left: (seconds) => (seconds === null ? "" : `faltan ${duration(seconds)}`.replace("faltan menos", "falta menos")),
  starting: "Empezando…",
  paused: "En pausa. No se calcula nada.",
  resting: {
    hidden: "Espera mientras la página está oculta. Sigue cuando vuelvas.",
    scrolled: "Espera mientras no está a la vista. Sigue cuando vuelvas.",
  },
  stageDone: (at, settings) =>
    `${atLevel(at, settings)} ${at.round}: ${stages[at.stage]}, hecho. Sigue etapa por etapa, con un paso hasta el fin de la ronda, o hasta el final.`,
  between: (at, settings) => `${atLevel(at, settings)} ${at.round}: hecha. Da un paso a la siguiente, o sigue hasta el final.`,
  cancelled: "Cancelado. Las rondas terminadas se quedan; «Ejecutar» sigue desde la cancelada.",
  finished: (seconds) => `Hecho en ${seconds.toFixed(1)} s de cálculo.`,
  failed: "Detenido por un error.",
};

const missingWords: Record<Missing, string> = {
  WebAssembly:
    "Este navegador no tiene WebAssembly, con lo que calcula esta página; quizá esté desactivado, como hacen los modos de aislamiento. Actívalo para esta página o abre el enlace en otro navegador.",
  SIMD: "Este navegador no tiene WebAssembly SIMD, las instrucciones vectoriales con las que calcula esta página. Chrome y Edge las tienen desde la versión 91, Firefox desde la 114, Safari desde la 16.4: actualízalo o abre el enlace en otro navegador.",
};

export const errors: typeof English.errors = {
  heading: "Esto no funcionó",
  body: (message, lost, missing) =>
    missing ? missingWords[missing] : lost ? `La parte de la página que calcula se detuvo (${message}).` : sentence(message),
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
        if (key === "lesson")
          return `La visita no tiene paso «${shorten(found)}»${used === "off" ? "" : `; este es el paso ${used}`}.`;
        if (key === "lang") return `Esta página no habla «${shorten(found)}».`;
        return `${settings[key].label}: ${shorten(found)} no se puede usar aquí; se usa ${key === "engine" ? engines[used as EngineName] : used}.`;
      })
      .join(" "),
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
