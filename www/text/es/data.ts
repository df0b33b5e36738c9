import type * as English from "../en";
import { host } from "../common";
import { count, duration, megabytes, plural } from "./shared";

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
