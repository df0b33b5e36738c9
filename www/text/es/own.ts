import type * as English from "../en";
import { shorten } from "../common";
import { count, decimal, megabytes, plural } from "./shared";

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
