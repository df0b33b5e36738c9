/**
 * What the page and its worker say to each other: types only, plus the few constants both sides must agree on.
 *
 * The records of the crate are generated from its definitions; the others are of the page alone. Shapes are given as (rows, columns)
 * of row-major arrays, with the field's letters: c channels, H x W pixels, q patch side, d = c q^2 patch dimension, M the feature
 * matrix (patch AGOP).
 */

import type {
  About,
  DataSummary,
  Inspection as InspectionReport,
  PatchInspection,
  Place,
  Plan,
  SourceName,
  Split,
} from "./generated";

export type {
  About,
  Accuracy,
  ChangedReport as Changed,
  ConfusionReport as Outcomes,
  DataSpec,
  DataSummary,
  Correlation,
  CovarianceReport as Covariance,
  Drawing,
  EngineName,
  EngineReport as EngineInUse,
  EpochReport,
  Explained,
  FilterMatches,
  LayerAnsatzReport as NetworkLayer,
  LevelReport as Deeper,
  NetworkPlan,
  NetworkSettings,
  PatchComponents,
  PatchNorms,
  PhotographReport as Photograph,
  Place,
  Plan,
  PretrainedLayer,
  PretrainedPlan,
  ProbeReport as Probed,
  Progress,
  RunSettings as EngineSettings,
  Split,
  Spread,
  Stage,
  StageReport,
  TemplateMatch,
  Term,
} from "./generated";

/** The built-in sets, and what the reader opened: from files or the webcam, and from the hub. */
export type DataName = SourceName | "own" | "hub";

/** A named file; the path is the one inside the folder it came in. */
export type Entry = { path: string; file: Blob };

/** What the reader opens. `hub` is the address of the server, `count` the training images wanted of it. */
export type OpenRequest =
  | { way: "files"; entries: Entry[] }
  | { way: "hub"; hub: string; name: string; count: number }
  | { way: "camera"; classes: string[]; shots: { label: number; picture: Blob }[] };

export type Way = OpenRequest["way"];

/** Weights to open: a file beside the page or on the hub, or one of the reader's own. */
export type WeightsRequest = { architecture: string } & (
  { way: "site" | "hub"; url: string; revision: string } | { way: "file"; file: File }
);

/** A file of weights on the hub. */
export type HubFile = { name: string; url: string; revision: string; bytes: number; licence: string };

/** What pictures are made into. */
export type Side = { side: number; colour: boolean };

/** `side` is null where the images came as arrays of pixels and have the size they have. */
export type Opened = { about: About; side: Side | null };

/** How far an opening is: bytes of a download, seconds of a wait, pictures decoded; a total of 0 is unknown. */
export type Opening = { doing: "list" | "download" | "wait" | "read" | "decode"; done: number; total: number };

/** One image with its label; `pixels` is (c, H, W). */
export type Sample = { split: Split; index: number; label: number; pixels: Float32Array };

/** One image seen through M: `maps` is (1 + count, H-q+1, W-q+1), first ||sqrt(M) u_p||, then ||v v^T u_p|| per leading eigenvector. */
export type Look = { split: Split; index: number; count: number; maps: Float32Array };

/** M after an AGOP stage. `round` is the round that will use it (the AGOP of round t gives the features of round t + 1). */
export interface Features {
  round: number;
  /** d */
  dimension: number;
  /** how many leading filters are in `filters` */
  count: number;
  /** (count, c, q, q), unit norm */
  filters: Float32Array;
  /** (d), largest first, sums to 1 */
  spectrum: Float32Array;
  /** (d, d) */
  matrix: Float32Array;
  /** the gallery images seen through this M */
  looks: Look[];
}

/** What a round computes for an image; null is what that round has not computed yet. */
export type Inspection = InspectionReport & { place: Place };

/** One patch of an image, and the same patch of training image `train`. */
export type PatchView = PatchInspection & { place: Place; position: number; train: number };

/** What is to be explained. */
export type Explain =
  | { what: "kernel"; place: Place; train: number; position: number }
  | { what: "answer"; place: Place }
  | { what: "gradient" | "seen"; place: Place; position: number }
  | { what: "matrix"; round: number; row: number; column: number };

/**
 * How a run stopped. Cancelled between two stages it goes on where it was; in the middle of one ("restarted") its round is given
 * up and starts anew. `refused` says in words why the wanted engine cannot be used.
 */
export type Outcome = "finished" | "stage" | "round" | "cancelled" | "restarted" | { refused: string };

/** A data set loaded and a run planned on it: images to show of it, and the gallery as the fixed kernel sees it. */
export interface Prepared {
  summary: DataSummary;
  plan: Plan;
  samples: Sample[];
  gallery: Sample[];
  plainLooks: Look[];
}

/** The name of an error about a file beside the page that could not be fetched. */
export const NOT_FETCHED = "NotFetched";

/** Classes whose images are shown. */
export const SHOWN_CLASSES = 10;

/** Leading filters drawn per round; fewer where the patch has fewer dimensions. */
export const FILTER_COUNT = 8;

/** Of a level: leading filters, training images that answer strongest to each, and random filters. */
export const DEEPER = { filters: 4, places: 4, drawn: 6 };

/** Of the filters of the first level: how many, and training patches that answer strongest to each. */
export const STRONGEST = { filters: FILTER_COUNT, places: 8 };

/** Leading filters an image is seen through. */
export const LOOK_COUNT = 4;
