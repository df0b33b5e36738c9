import type * as English from "../en/imagenet";
import { count, decimal, megabytes, percent, plural } from "./shared";

const photographs: Record<string, string> = {
  astronaut: "Astronauta",
  brick: "Ladrillos",
  camera: "Camarógrafo",
  chelsea: "Gata",
  china: "Templo",
  coffee: "Café",
  coins: "Monedas",
  flower: "Flor",
  grass: "Hierba",
  gravel: "Grava",
  retina: "Retina",
  rocket: "Cohete",
};

export const imagenet: typeof English.imagenet = {
  photographs,
  classes: {
    281: "gato atigrado",
    282: "gato tigre",
    285: "gato egipcio",
    925: "consomé",
    967: "expreso",
    968: "taza",
  },
  className: (number, name) => (name ? `${name} (${number})` : `clase ${number}`),
  classShare: (name, share) => `${name}: ${percent(share * 100, 0)}`,

  other: "Abrir otra red",
  fileHeading: "Desde un archivo",
  fileAbout: (limit) =>
    `Un archivo .safetensors con los nombres de torchvision para los arrays, de hasta ${megabytes(limit)}. Se queda en este navegador.`,
  pickFile: "Elegir un archivo",
  architecture: "Arquitectura",
  hubHeading: "Desde el hub de Hugging Face",
  hubName: "Repositorio",
  hubFind: "Buscarlo",
  hubAbout: (host) =>
    `Al buscarlo se pregunta a ${host} por el tamaño y la licencia. Nada más se envía ni se descarga antes de que aceptes.`,
  badName: "Un repositorio del hub se llama como «timm/resnet18.tv_in1k»: su dueño, una barra, su nombre.",
  hubFound: ({ name, bytes, licence }, host) =>
    `${name}: ${bytes ? megabytes(bytes) : "un archivo de tamaño desconocido"} de ${host}. Licencia: ${licence}.`,
  hubDownload: ({ bytes }) => (bytes ? `Descargar ${megabytes(bytes)}` : "Descargar"),
  progress: (opening) => {
    const { doing, done, total } = opening ?? { doing: "read", done: 0, total: 0 };
    if (doing === "wait") return `El servidor está ocupado; nuevo intento en ${total} s…`;
    if (doing === "download") return `Descargando: ${decimal(done / 2 ** 20)} de ${decimal(total / 2 ** 20)} MB`;
    return "Leyendo la red…";
  },
  finding: "Preguntando al hub…",
  opening: "Abriendo la red",
  cancel: "Cancelar",
  notOpened: "La red no se puede abrir.",
  notMeasured: "No ha funcionado; lo que se muestra sigue ahí.",
  opened: ({ name, licence }, { architecture, parameters, layers }) =>
    `${name}${name.toLowerCase() === architecture ? "" : ` (${architecture})`}: ${count(parameters)} pesos, ${plural(layers.length, "capa", "capas")} de convolución.${licence ? ` Licencia: ${licence}.` : ""}`,
  looking: (done) => `Clasificando las fotografías: ${count(done)} hasta ahora`,
  measuring: (photographs) => `Midiendo el AGOP de cada capa con ${plural(photographs, "fotografía", "fotografías")}…`,
  measured: (photographs) =>
    `AGOP con ${plural(photographs, "fotografía", "fotografías")}, 8 combinaciones aleatorias de los logits en cada una.`,
  notYet: "El AGOP aún no se ha medido.",
  noPhotographs: "Elige una fotografía: el AGOP se mide con ella.",
  measure: "Medir el AGOP",

  layer: "Capa",
  layerName: (number, name, filters, channels, patch) => `${number}: ${name} (${filters} × ${channels} × ${patch} × ${patch})`,
  filters: "Filtros de esta capa",
  rowWeights: (shown, all) => (shown < all ? `Los primeros ${shown} de sus ${count(all)} filtros` : `Sus ${count(all)} filtros`),
  rowNfm: "Primeros vectores propios de WᵀW",
  rowAgop: "Primeros vectores propios del AGOP",
  rowWaits: "El AGOP llega cuando se han medido fotografías.",
  weight: (number) => `Filtro ${number}`,
  deeper: (channels) =>
    `Esta capa lee ${plural(channels, "mapa", "mapas")} de las capas anteriores; un filtro tiene un cuadrado pequeño para cada uno.`,
  heat: (name, layer) => `${name}, ${layer}, como mapa de calor`,
  correlation: (value) => `La correlación de WᵀW y el AGOP de esta capa es ${value}.`,
  correlationAbout:
    "Nadie ha hablado a la red del AGOP: se entrenó por descenso de gradiente con un millón de fotografías de ImageNet. Las dos matrices contienen W, así que una parte de la correlación está ahí sin entrenar; la red de arriba muestra cuánta.",

  through: "Una fotografía vista a través de las dos",
  throughAbout:
    "El brillo es la longitud de cada parche tras multiplicarlo por la raíz de WᵀW o del AGOP, ambas divididas por su traza y en una misma escala.",
  own: "Tu propia fotografía…",
  ownAbout: "Se recorta a su cuadrado central, se reduce a 224 × 224 píxeles y se queda en este navegador.",
  choose: (name) => `Mostrar la fotografía: ${name}`,
  photograph: (name) => `La fotografía: ${name}`,
  seen: (matrix, name) => `${name}, longitudes de los parches a través de ${matrix}`,
  strongest: "Clases más fuertes",
  byNfm: "a través de WᵀW",
  byAgop: "a través del AGOP",

  sources: {
    weightsTooLarge: (bytes, limit) => `Este archivo ocupa ${megabytes(bytes)}; el límite es ${megabytes(limit)}.`,
    noHubNetwork: (name, status) =>
      status === 404
        ? `El hub no tiene ninguna red «${name}» (404).`
        : `El hub no da «${name}» a cualquiera (${status}): no existe, es privada o exige aceptar condiciones.`,
    noWeights: (name, file) => `«${name}» no tiene ningún archivo ${file} en el hub.`,
  },
};
