import type * as English from "../en";
import { count } from "./shared";

export const settingsPanel: typeof English.settingsPanel = {
  heading: "Ajustes",
  sections: { images: "Imágenes", kernel: "Núcleo", levels: "Niveles", engine: "Motor" },
  note: "Los resultados se quedan hasta la próxima ejecución.",
  defaults: "Recuperar los ajustes de este conjunto",
  range: (low, high) => `De ${count(low)} a ${count(high)}.`,
};

export const experiments: typeof English.experiments = {
  label: "Experimento",
  tip: "Los experimentos del artículo, con menos imágenes que las publicadas.",
  none: "Ninguno de estos",
  names: {
    star: {
      name: "Estrella oculta",
      about: "Como se publicó: 50 imágenes, parches de 11 píxeles, una capa. El artículo: de 78 % a 95 % tras una actualización.",
    },
    "noisy-mnist": {
      name: "Cifras en ruido",
      about:
        "El artículo entrena con 4,000 imágenes; aquí con 400, así que se acierta menos. Semillas 0 a 4: de 29,5 ± 1,6 % a 32,3 ± 2,3 %.",
    },
    "local-signal": {
      name: "Señal local",
      about:
        "Una fila de dieciséis lleva la señal. ConvRFM aprende el patrón de esa fila. Semillas 0 a 4: de 78,2 ± 1,6 % a 86,4 ± 1,5 %.",
    },
    svhn: { name: "Números de casas", about: "El artículo entrena con 1000 imágenes. Aquí son 400, así que se acierta menos." },
    "cifar-10": {
      name: "CIFAR-10",
      about: "Parches de 3 píxeles, tres capas y cinco rondas como en el artículo; aquí con 400 imágenes de entrenamiento.",
    },
    "fashion-mnist": {
      name: "Ropa",
      about:
        "Parches de 3 píxeles, tres capas y cinco rondas como en el artículo; aquí con 400 imágenes de entrenamiento. Con estos ajustes aprender no mejora nada: 76,2 ± 1,8 % antes, 76,2 ± 2,0 % después (semillas 0 a 4).",
    },
    deep: {
      name: "Deep ConvRFM",
      about:
        "Dos niveles y entre ellos 32 filtros al azar, una ReLU y pooling sobre 4 × 4 píxeles, con 300 cifras en ruido. El artículo no tiene ReLU ni pooling; sin pooling el segundo nivel pierde. Semillas 0 a 4: el núcleo fijo acierta el 28,9 ± 2,3 % y el segundo nivel el 54,1 ± 2,4 %.",
    },
  },
};
