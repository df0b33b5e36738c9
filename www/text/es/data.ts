import type * as English from "../en";
import { host, shorten } from "../common";
import { count, decimal, duration, megabytes, plural, value } from "./shared";

/** Al final de casi toda pregunta. */
const TOLD = "A la máquina se le dice la respuesta de las imágenes de entrenamiento, y nada más.";

export const samples: typeof English.samples = {
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
    duplicates
      ? `${plural(duplicates, "imagen aparece", "imágenes aparecen")} más de una vez; las copias se quedan en un mismo lado del reparto.`
      : "",
  staysHere: "Nada sale de esta página.",
  counts: "Imágenes por clase",
  countColumns: ["Clase", "Aprender", "Elegir", "Probar"],
  alt: (className, index) => `Imagen de entrenamiento ${index}, clase ${className}`,
  source: (source, licence) => `Origen: ${source}. Licencia: ${licence}.`,
  split: (train, validation, test) =>
    `${count(train)} para aprender, ${count(validation)} para elegir, ${count(test)} para probar.`,
};

function whichClass(classes: string[]) {
  return classes.length ? `¿Cuál es: ${anyOf(classes)}? ${TOLD}` : "";
}

function anyOf(classes: string[]) {
  const MANY = 6;
  const shown = (classes.length > MANY ? classes.slice(0, MANY - 1) : classes).map((name) => shorten(name));
  const last = classes.length > MANY ? `una de otras ${count(classes.length - shown.length)}` : shown.pop();
  return [shown.join(", "), last].filter(Boolean).join(" o ");
}

export const own: typeof English.own = {
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
  opened: ({ name, train, test, classNames }) =>
    `Abierto ${shorten(name, 40)}: ${plural(train + test, "imagen", "imágenes")}, ${plural(classNames.length, "clase", "clases")}.`,
  notInLink: "Un enlace a esta página no puede llevarlo.",
  inLink: "La dirección de esta página vuelve a llevar aquí.",
  progress: (progress) => {
    const { doing, done, total } = progress ?? { doing: "read", done: 0, total: 0 };
    if (doing === "list") return "Preguntando al hub qué hay…";
    if (doing === "wait") return `El hub está ocupado y pide esperar: ${total} s…`;
    if (doing === "download") return `Descargando: ${decimal(done / 2 ** 20)} de ${decimal(total / 2 ** 20)} MB`;
    if (doing === "decode") return `Decodificando imágenes: ${count(done)} de ${count(total)}`;
    return "Leyendo…";
  },
};

export const sources: typeof English.sources = {
  ownFiles: "Archivos tuyos",
  ownLicence: "la que tú sepas",
  cameraName: "Cámara",
  cameraSource: "Tu cámara",
  cameraLicence: "tuya",
  noLicence: "no indicada en el hub",
  files: (n) => plural(n, "archivo", "archivos"),
  shot: (number) => `foto ${number} de la cámara`,
  noPictures: "Estas imágenes tienen el tamaño que tienen: no llegaron como fotos.",
  tooManyFiles: (limit) => `Más de ${count(limit)} archivos son más de los que esta página lee a la vez.`,
  noPictureFile: (path) => `${path}: no es una imagen que este navegador sepa leer.`,
  pictureTooLarge: (path, width, height, limit) =>
    `${path}: ${count(width)} × ${count(height)} píxeles, más de los ${count(limit)} permitidos.`,
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
  brokenOff: (url, length, expected) =>
    `${host(url)} se cortó tras ${count(length)}${expected === undefined ? "" : ` de ${count(expected)}`} bytes. Inténtalo de nuevo.`,
  noLength: (url) => `${host(url)} no dice cuánto mide el archivo, así que no se puede leer una parte.`,
  rangesIgnored: (url, length, limit) =>
    `${host(url)} solo envía archivos enteros, y este tiene ${megabytes(length)}; se aceptan hasta ${megabytes(limit)}.`,
  changed: (url) =>
    `Un archivo de ${host(url)} ha cambiado desde que se guardó una parte en este navegador. Vacía lo guardado e inténtalo de nuevo.`,
  notJson: (url) => `${host(url)} respondió con algo que no es una lista de archivos.`,
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
