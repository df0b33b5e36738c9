import type * as English from "../en";
import { host, shorten } from "../common";
import { count, decimal, duration, megabytes, plural, value } from "./shared";

/** Al final de cada pregunta. */
const LABELLED = "ConvRFM solo recibe las etiquetas de las imágenes de entrenamiento.";

export const samples: typeof English.samples = {
  task: {
    star: () => `¿Cuáles de estas imágenes contienen una estrella? ${LABELLED}`,
    mnist: () => `¿Qué cifra es? ${LABELLED}`,
    "noisy-mnist": () => `¿Qué cifra se esconde en el ruido? ${LABELLED}`,
    "local-signal": () =>
      `Una fila en un lugar al azar es más clara o más oscura que el ruido. ¿Cuál de las dos cosas? ${LABELLED}`,
    "dead-leaves": (classes) => `¿Qué forma tienen las hojas: ${anyOf(classes)}? ${LABELLED}`,
    "fashion-mnist": () => `¿Qué prenda es? ${LABELLED}`,
    "cifar-10": () => `¿Qué animal o vehículo es? ${LABELLED}`,
    svhn: () => `¿Qué cifra está en el centro? ${LABELLED}`,
    own: whichClass,
    hub: whichClass,
  },
  empty: "Aquí aparecerán algunas de las imágenes de entrenamiento.",
  notYet: (name) =>
    `Estas imágenes son de los nuevos ajustes. Los resultados de esta página siguen siendo de «${name}»; la próxima ejecución los sustituye.`,
  moreClasses: (hidden) => `Y ${plural(hidden, "clase más", "clases más")}.`,
  shape: ({ height, width, channels, range: [low, high] }) =>
    `${height} × ${width} píxeles, ${channels === 1 ? "gris" : channels === 3 ? "color" : `${channels} canales`}, valores de ${value(low)} a ${value(high)}.`,
  duplicates: (duplicates) =>
    duplicates
      ? `${plural(duplicates, "imagen aparece", "imágenes aparecen")} más de una vez; las copias se quedan en un mismo lado del reparto.`
      : "",
  staysHere: "Las imágenes no salen de este navegador.",
  counts: "Imágenes por clase",
  countColumns: ["Clase", "Entrenamiento", "Validación", "Prueba"],
  alt: (className, index) => `Imagen de entrenamiento ${index}, clase ${className}`,
  source: (source, licence) => `Origen: ${source}. Licencia: ${licence}.`,
  ownSource: (source) => `Origen: ${source}. La licencia de tus imágenes es responsabilidad tuya.`,
  split: (train, validation, test) =>
    `${count(train)} imágenes de entrenamiento, ${count(validation)} de validación y ${count(test)} de prueba.`,
};

function whichClass(classes: string[]) {
  return classes.length ? `¿De qué clase es: ${anyOf(classes)}? ${LABELLED}` : "";
}

function anyOf(classes: string[]) {
  const MANY = 6;
  const shown = (classes.length > MANY ? classes.slice(0, MANY - 1) : classes).map((name) => shorten(name));
  const last = classes.length > MANY ? `una de otras ${count(classes.length - shown.length)}` : shown.pop();
  return [shown.join(", "), last].filter(Boolean).join(" o ");
}

export const chooser: typeof English.chooser = {
  label: "Datos",
  current: (name) => `Datos: ${name}`,
  opened: "Lo que has abierto.",
  own: "Tus imágenes…",
  ownAbout: "Archivos, el hub de Hugging Face o la cámara. No se envía nada.",
};

export const offer: typeof English.offer = {
  text: (name, pictures, host) =>
    `Este enlace abre el conjunto «${name}». Se descargarán de ${host} hasta ${count(pictures)} imágenes de entrenamiento.`,
  accept: "Descargar y abrir",
};

export const own: typeof English.own = {
  heading: "Tus imágenes",
  lead: "Dos o más clases de imágenes. Todo se lee y se calcula en este navegador; no se envía nada.",
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
  hubAbout: (host) => `Solo se descargan las imágenes necesarias, de ${host} a este navegador.`,
  badName: "Un conjunto del hub se llama como «uoft-cs/cifar10»: su dueño, una barra, su nombre.",
  kept: (bytes) => `${megabytes(bytes)} en la caché de este navegador.`,
  empty: "Vaciar la caché",
  emptied: "La caché está vacía.",
  cameraHeading: "De la cámara",
  cameraAbout: "Mantén pulsado el botón de cada clase para tomar fotos de ella. Las fotos no salen de este navegador.",
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
  notOpened: "No se pudo abrir; tus datos anteriores no han cambiado.",
  opening: "Abriendo tus imágenes",
  dismiss: "Cerrar este mensaje",
  opened: ({ name, train, test, classNames }) =>
    `Abierto ${shorten(name, 40)}: ${plural(train + test, "imagen", "imágenes")}, ${plural(classNames.length, "clase", "clases")}.`,
  notInLink: "Un enlace no puede contener estas imágenes.",
  inLink: "La dirección de esta página lleva a ellas.",
  progress: (progress) => {
    const { doing, done, total } = progress ?? { doing: "read", done: 0, total: 0 };
    if (doing === "list") return "Pidiendo al hub la lista de archivos…";
    if (doing === "wait") return `El hub está ocupado; nuevo intento en ${total} s…`;
    if (doing === "download") return `Descargando: ${decimal(done / 2 ** 20)} de ${decimal(total / 2 ** 20)} MB`;
    if (doing === "decode") return `Decodificando imágenes: ${count(done)} de ${count(total)}`;
    return "Leyendo…";
  },
};

export const sources: typeof English.sources = {
  ownFiles: "Archivos tuyos",
  ownLicence: "propia",
  cameraName: "Cámara",
  cameraSource: "Tu cámara",
  cameraLicence: "propia",
  noLicence: "no indicada en el hub",
  files: (n) => plural(n, "archivo", "archivos"),
  shot: (number) => `foto ${number} de la cámara`,
  noPictures: "Estas imágenes son matrices de píxeles; su tamaño no se puede cambiar.",
  tooManyFiles: (limit) => `No se pueden abrir más de ${count(limit)} archivos a la vez.`,
  tooManyPictures: (found, limit) =>
    `${count(found)} imágenes son más que las ${count(limit)} que se pueden abrir con este tamaño.`,
  noPictureFile: (path) => `${path}: no es una imagen que este navegador sepa leer.`,
  pictureTooLarge: (path, width, height, limit) =>
    `${path}: ${count(width)} × ${count(height)} píxeles, más de los ${count(limit)} permitidos.`,
  pictureTooLong: (path, bytes, limit) =>
    `${path}: ${megabytes(bytes)}, más de los ${megabytes(limit)} permitidos para una imagen.`,
  noCanvas: "Este navegador no puede decodificar imágenes en segundo plano (no tiene OffscreenCanvas).",
  noCameraHere: "La página no dispone de ninguna cámara. Hacen falta una cámara y una dirección segura (https).",
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
  brokenOff: (url, length, expected) =>
    `${host(url)} se cortó tras ${count(length)}${expected === undefined ? "" : ` de ${count(expected)}`} bytes. Inténtalo de nuevo.`,
  noLength: (url) => `${host(url)} no dice cuánto mide el archivo, así que no se puede leer una parte.`,
  rangesIgnored: (url, length, limit) =>
    `${host(url)} solo envía archivos enteros, y este tiene ${megabytes(length)}; el límite es ${megabytes(limit)}.`,
  downloadTooLarge: (bytes, limit) =>
    `Habría que descargar ${megabytes(bytes)}; el límite es ${megabytes(limit)}. Elige menos imágenes.`,
  changed: (url) =>
    `Un archivo de ${host(url)} ha cambiado desde que se guardó una parte en la caché de este navegador. Vacíala e inténtalo de nuevo.`,
  notJson: (url) => `${host(url)} envió algo que no es una lista de archivos.`,
  noHubSet: (name, status) =>
    status === 404
      ? `El hub no tiene ningún conjunto «${name}» en Parquet (404).`
      : `El hub no da «${name}» a todos (${status}): no existe, es privado o hay que aceptar condiciones.`,
  noParquet: (name) => `El hub no tiene ningún archivo Parquet de «${name}».`,
  noColumns: (path, what, columns) =>
    `${path}: tiene las columnas ${columns.slice(0, 8).join(", ")}; se esperaba una con «${what}» en cada fila.`,
  badParquet: (path, message) => `${path}: no es un archivo Parquet que se pueda leer (${message}).`,
  pageTooLarge: (length, limit) => `Una página de ${megabytes(length)} es más que los ${megabytes(limit)} permitidos.`,
  groupsTooLarge: (path, length, limit) =>
    `${path}: sus partes más pequeñas que se pueden leer tienen ${megabytes(length)}, más de los ${megabytes(limit)} permitidos.`,
  noPicture: (path, row) => `${path}, fila ${row}: no hay ninguna imagen.`,
  noLabel: (path, row) => `${path}, fila ${row}: no hay ninguna etiqueta.`,
  wrongLabel: (path, row, label, classes) => `${path}, fila ${row}: etiqueta ${label}; se esperaba de 0 a ${classes - 1}.`,
  tooManyClasses: (classes, limit) => `${count(classes)} etiquetas distintas son más que las ${count(limit)} clases permitidas.`,
};
