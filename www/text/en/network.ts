import type { NetworkChoice } from "../../run/network.svelte";
import type { NetworkPlan } from "../../run/records";
import { count, decimal, megabytes, percent, plural } from "./shared";

/** The same filters in a convolutional network. */
export const network = {
  train: "Train a network",
  again: "Train another",
  goOn: "Go on",
  pause: "Pause",
  resume: "Resume",
  cancel: "Cancel",
  layers: "Layers",
  width: "Filters per layer",
  epochs: "Epochs",
  init: "First weights",
  initTip:
    "Their standard deviation. The smaller, the more features are learned; too small, and training does not leave the start.",
  he: "He: √(2 / inputs)",
  waits: "The network waits for the images of the run.",
  ready: ({ layers, width, epochs }: NetworkChoice, train: number, patch: number, decay: number) =>
    `${plural(layers, "layer", "layers")} of ${plural(width, "filter", "filters")} of ${patch} × ${patch} pixels, ${plural(epochs, "epoch", "epochs")} on ${plural(train, "image", "images")}, Adam, weight decay ${decimal(decay, 2)}.`,
  preparing: "Preparing the network…",
  running: (epoch: number, epochs: number, { parameters }: NetworkPlan) =>
    `Epoch ${epoch} of ${epochs}, ${count(parameters)} weights.`,
  resting: "The training waits while the page is hidden or the run goes on.",
  paused: (epoch: number) => `Paused in epoch ${epoch}.`,
  cancelled: (epochs: number) => `Cancelled after ${plural(epochs, "epoch", "epochs")}.`,
  finished: (epochs: number, seconds: number) => `${plural(epochs, "epoch", "epochs")} in ${decimal(seconds)} s of computing.`,
  failed: "The network cannot be trained.",
  otherRun: "This network belongs to an earlier run.",
  progress: "Progress of the training",
  epoch: "Epoch",
  epochName: (epoch: number, best: boolean) =>
    epoch === 0 ? "Epoch 0: before training" : `Epoch ${epoch}${best ? " (best on validation)" : ""}`,
  layer: "Layer",
  roads: "Leading filters side by side",
  rowNfm: "Network: its filters",
  rowNfmAbout: "leading eigenvectors of WᵀW",
  rowAgop: "Network: its gradients",
  rowAgopAbout: "leading eigenvectors of the AGOP over patches",
  rowM: "ConvRFM, without a network",
  rowMAbout: (round: number) => `leading eigenvectors of M, round ${round}`,
  rowMWaits: "ConvRFM has no M for these images yet.",
  deeper: (channels: number) =>
    `A patch of this layer has ${plural(channels, "channel", "channels")}, the maps of the layer before; each is a small square. ConvRFM’s M belongs to pixels: choose layer 1 to compare.`,
  filter: (row: string, rank: number, share: number) => `${row}, number ${rank}: ${percent(share * 100, 0)} of the trace`,
  matrices: "The two matrices",
  nfm: "WᵀW, covariance of the filters",
  agop: "AGOP over the patches",
  noAgop: "No logit depends on this layer.",
  part: (rows: number, all: number) => `The first ${count(rows)} of ${count(all)} rows and columns.`,
  heat: (name: string, layer: number, epoch: number) => `${name}, layer ${layer + 1}, epoch ${epoch}, as a heat map`,
  exponent: "Compare WᵀW with",
  exponentOne: "the AGOP",
  exponentHalf: "its square root",
  exponentTip: "The first version of the paper’s programs compares with the AGOP, a later one with its root.",
  accuracy: "Accuracy against epoch: network, fixed kernel and ConvRFM",
  accuracyAxis: "accuracy, %",
  test: "network, test",
  validation: "network, validation",
  fixed: "fixed kernel, test",
  learned: "ConvRFM, test (best round on validation)",
  curve: "Correlation against epoch",
  curveAxis: "correlation",
  curveAgop: "WᵀW with the AGOP",
  curveCentred: "the same of W − W₀",
  curveM: "WᵀW with ConvRFM’s M",
  numbers: (value: number | null) => (value === null ? "–" : decimal(value, 2)),
  trained: (value: string) => `WᵀW and the AGOP have correlation ${value}.`,
  untrained: (value: string) => `Before training it was ${value}. Both matrices contain W, so a high number alone proves little.`,
  random: (value: string) =>
    `With random filters in place of W and the same gradients it is ${value}: this much the gradients alone give.`,
  initial: (value: string) =>
    `WᵀW before training and now have correlation ${value}: the lower, the more the filters have changed.`,
  centred: (value: string) =>
    `For W − W₀, what training has changed, it is ${value}. A high number here means that the similarity was learned and is not left over from the start.`,
  withM: (value: string) => `WᵀW and ConvRFM’s M have correlation ${value}.`,
  baselines: "What the correlation proves",
  noCorrelation: "Train a network: then it is said here how similar WᵀW and the AGOP are, and what that has to be compared with.",
  imagenet: "A network trained on ImageNet",
  imagenetAbout:
    "The paper’s claim is about networks like this one, trained on a million photographs. Open it: its first filters, WᵀW and the AGOP of any layer, and a photograph seen through both. Everything is computed in this browser.",
  imagenetDownload: (name: string, bytes: number) => `Download ${name}, ${megabytes(bytes)}`,
  imagenetOther: "Open another network…",
  imagenetTerms: (licence: string) =>
    `Half precision, licence ${licence}. The sample photographs of this site, if it has them, are another 3 MB. Both are kept in this browser’s cache.`,
  imagenetMissing: "This copy of the page has no such network beside it. You can open one of your own, or one of the hub.",
};
