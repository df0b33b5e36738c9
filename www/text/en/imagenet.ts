import type { HubFile, Opening, PretrainedPlan } from "../../run/records";
import type { Origin } from "../../run/pretrained.svelte";
import { count, decimal, megabytes, percent, plural } from "./shared";

/** Sample photographs by the names of their files. */
const photographs: Record<string, string> = {
  astronaut: "Astronaut",
  brick: "Bricks",
  camera: "Cameraman",
  chelsea: "Cat",
  china: "Temple",
  coffee: "Coffee",
  coins: "Coins",
  flower: "Flower",
  grass: "Grass",
  gravel: "Gravel",
  retina: "Retina",
  rocket: "Rocket",
};

/** A network of a file. */
export const imagenet = {
  photographs,
  /** Names of a few of ImageNet’s thousand classes; the others are shown by their numbers. */
  classes: {
    281: "tabby",
    282: "tiger cat",
    285: "Egyptian cat",
    925: "consommé",
    967: "espresso",
    968: "cup",
  } as Record<number, string>,
  /** @param name  null where there is none */
  className: (number: number, name: string | null) => (name ? `${name} (${number})` : `class ${number}`),
  classShare: (name: string, share: number) => `${name}: ${percent(share * 100, 0)}`,

  // Opening.
  other: "Open another network",
  fileHeading: "From a file",
  fileAbout: (limit: number) =>
    `A .safetensors file with tensors named as in torchvision, up to ${megabytes(limit)}. It stays in this browser.`,
  pickFile: "Choose a file",
  architecture: "Architecture",
  hubHeading: "From the Hugging Face hub",
  hubName: "Repository",
  hubFind: "Look it up",
  hubAbout: (host: string) =>
    `Looking it up asks ${host} for the size and the licence. Nothing else is sent or downloaded before you agree.`,
  badName: "A repository on the hub is named like “timm/resnet18.tv_in1k”: its owner, a slash, its name.",
  hubFound: ({ name, bytes, licence }: HubFile, host: string) =>
    `${name}: ${bytes ? megabytes(bytes) : "a file of unknown size"} from ${host}. Licence: ${licence}.`,
  hubDownload: ({ bytes }: HubFile) => (bytes ? `Download ${megabytes(bytes)}` : "Download"),
  progress: (opening: Opening | null) => {
    const { doing, done, total } = opening ?? { doing: "read", done: 0, total: 0 };
    if (doing === "wait") return `The server is busy; trying again in ${total} s…`;
    if (doing === "download") return `Downloading: ${decimal(done / 2 ** 20)} of ${decimal(total / 2 ** 20)} MB`;
    return "Reading the network…";
  },
  finding: "Asking the hub…",
  opening: "Opening the network",
  cancel: "Cancel",
  notOpened: "The network cannot be opened.",
  notMeasured: "This did not work; what is shown stays.",
  opened: ({ name, licence }: Origin, { architecture, parameters, layers }: PretrainedPlan) =>
    `${name}${name.toLowerCase() === architecture ? "" : ` (${architecture})`}: ${count(parameters)} weights, ${plural(layers.length, "layer", "layers")} of convolution.${licence ? ` Licence: ${licence}.` : ""}`,
  looking: (done: number) => `Classifying the photographs: ${count(done)} so far`,
  measuring: (photographs: number) => `Measuring the AGOP of every layer over ${plural(photographs, "photograph", "photographs")}…`,
  measured: (photographs: number) =>
    `AGOP over ${plural(photographs, "photograph", "photographs")}, 8 random combinations of the logits each.`,
  notYet: "The AGOP has not been measured yet.",
  noPhotographs: "Choose a photograph to measure the AGOP on.",
  measure: "Measure the AGOP",

  // A layer.
  layer: "Layer",
  layerName: (number: number, name: string, filters: number, channels: number, patch: number) =>
    `${number}: ${name} (${filters} × ${channels} × ${patch} × ${patch})`,
  filters: "Filters of this layer",
  rowWeights: (shown: number, all: number) =>
    shown < all ? `The first ${shown} of its ${count(all)} filters` : `Its ${count(all)} filters`,
  rowNfm: "Leading eigenvectors of WᵀW",
  rowAgop: "Leading eigenvectors of the AGOP",
  rowWaits: "Shown once the AGOP has been measured.",
  weight: (number: number) => `Filter ${number}`,
  deeper: (channels: number) =>
    `This layer reads ${plural(channels, "map", "maps")} of the layers before it, so a filter has one small square for each of them.`,
  heat: (name: string, layer: string) => `${name}, ${layer}, as a heat map`,
  correlation: (value: string) => `WᵀW and the AGOP of this layer have correlation ${value}.`,
  correlationAbout:
    "The network was not trained to match the AGOP, but by gradient descent on a million photographs of ImageNet. Both matrices contain W, so a part of the correlation is there without training; the network above shows how much.",

  // Photographs.
  through: "A photograph seen through both",
  throughAbout:
    "Brightness is the length of each patch after multiplication by the root of WᵀW or of the AGOP, both over their traces and on one scale.",
  own: "Your own photograph…",
  ownAbout: "It is cropped to its central square, resized to 224 × 224 pixels, and stays in this browser.",
  choose: (name: string) => `Show the photograph: ${name}`,
  photograph: (name: string) => `The photograph: ${name}`,
  seen: (matrix: string, name: string) => `${name}, lengths of the patches through ${matrix}`,
  strongest: "Strongest classes",
  byNfm: "through WᵀW",
  byAgop: "through the AGOP",

  /** What is said of a file or the hub, beside the sentences of the data sets. */
  sources: {
    weightsTooLarge: (bytes: number, limit: number) => `This file has ${megabytes(bytes)}; the limit is ${megabytes(limit)}.`,
    noHubNetwork: (name: string, status: number) =>
      status === 404
        ? `The hub has no network “${name}” (404).`
        : `The hub does not give “${name}” to everyone (${status}): it does not exist, is private, or has terms to agree to.`,
    noWeights: (name: string, file: string) => `“${name}” on the hub has no file ${file}.`,
  },
};
