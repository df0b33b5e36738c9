/** What each term of the glossary is in the run on show: a number in words, and for some a picture. */
import { drawFilterOf, drawImage, drawSigned, drawStrength, cut } from "../draw/pixels";
import type { App } from "../run/app.svelte";
import { GRID, hasNoiseLevel } from "../run/settings";
import type { TermName } from "../text/words";

export interface Evidence {
  text: string;
  draw: ((canvas: HTMLCanvasElement) => void) | null;
  /** Of the picture, width over height. */
  aspect: number;
}

/** The heat map of M lifts its small entries, as in its chapter. */
const POWER = 0.5;
const LEADING = 3;
/** More names than these would fill the card. */
const MOST_NAMES = 10;

export function evidenceOf(term: TermName, app: App): Evidence {
  const { run, words } = app;
  const here = words.glossary.here;
  const results = run.onShow;
  const settings = results?.settings ?? run.settings;
  const data = results?.data ?? run.data;
  const { patch, depth, train, rounds, levels, agop } = settings;

  const said = (text: string, draw: Evidence["draw"] = null, aspect = 1): Evidence => ({ text, draw, aspect });
  if (!data) return said(here.waiting);
  const { channels, height, width, classes } = data.summary;
  const dimension = channels * patch ** 2;
  const [rows, columns] = [height - patch + 1, width - patch + 1];
  const names = app.classNames(data).filter(Boolean);

  const features = results?.shownFeatures ?? results?.features.at(-1);
  const chosen = results?.chosen ?? 0;
  const sample = data.gallery[chosen];
  const image = (of = sample): [Evidence["draw"], number] => [
    of ? (canvas) => drawImage(canvas, of.pixels, { channels, height, width }, data.range) : null,
    width / height,
  ];
  /** Needs M; the picture may. */
  const ofM = (
    text: (m: NonNullable<typeof features>) => string,
    draw?: (canvas: HTMLCanvasElement, m: NonNullable<typeof features>) => void,
  ) => (features ? said(text(features), draw ? (canvas) => draw(canvas, features) : null) : said(here.waitingM));
  const leading = (canvas: HTMLCanvasElement, { filters }: NonNullable<typeof features>) =>
    drawFilterOf(canvas, filters, 0, channels, patch);
  /** The shipped run comes without the entries of M. */
  const heat = features?.matrix.length
    ? (canvas: HTMLCanvasElement, { matrix }: NonNullable<typeof features>) =>
        drawSigned(canvas, matrix, dimension, dimension, POWER)
    : undefined;

  switch (term) {
    case "kernel":
      return said(here.pairs(train));
    case "machine":
      return said(here.weights(train, classes));
    case "fixed": {
      const test = results?.rounds[0]?.accuracy?.test ?? null;
      return said(test === null ? here.waiting : here.fixed(test));
    }
    case "kernelMatrix":
      return said(here.square(train));
    case "ntk":
    case "layer":
      return said(here.depth(depth));
    case "relu":
      return said(here.relus(depth));
    case "ridge": {
      const round = results?.shownRound ?? 0;
      const used = results?.rounds[round]?.ridge ?? null;
      if (used !== null) return said(here.ridge(words.power(used), round));
      return said(settings.ridge === GRID ? words.ridge.chosen : here.ridge(words.power(settings.ridge), null));
    }
    case "training":
      return said(here.images(data.summary.train), ...image(data.samples.find(({ split }) => split === "train")));
    case "validation":
      return said(here.images(data.summary.validation));
    case "test":
      return said(here.images(data.summary.test), ...image());
    case "prediction":
      return said(here.numbers(classes));
    case "class":
      return said(classes <= MOST_NAMES && names.length === classes ? here.classes(classes, names) : String(classes));
    case "label":
      return sample ? said(here.label(app.classNames(data)[sample.label] ?? ""), ...image()) : said(here.waiting);
    case "patch": {
      const corner = { row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
      const draw = (canvas: HTMLCanvasElement) =>
        sample &&
        drawImage(
          canvas,
          cut(sample.pixels, { channels, height, width, patch }, corner),
          { channels, height: patch, width: patch },
          data.range,
        );
      return said(here.patch(channels, patch), sample ? draw : null);
    }
    case "channel":
      return said(here.channels(channels), ...image());
    case "convolution":
      return said(here.places(rows, columns));
    case "filter":
      return ofM(({ round }) => here.filter(round), leading);
    case "eigenvector":
      return ofM(({ round }) => here.vector(round, dimension), leading);
    case "pooling":
      return said(levels > 1 && settings.pooling > 1 ? here.pooled(settings.pooling) : here.notUsed);
    case "backpropagation":
      return said(here.noBackpropagation);
    case "gradient":
      return said(here.gradients(agop, rows * columns, classes));
    case "agop":
      return said(here.averaged(agop));
    case "m":
    case "covariance":
      return ofM(({ round }) => here.matrix(dimension, round), heat);
    case "root": {
      const map = features?.looks[chosen]?.maps.subarray(0, rows * columns);
      return ofM(({ round }) => here.map(round), map && ((canvas) => drawStrength(canvas, map, { height, width, patch })));
    }
    case "eigenvalue":
      return ofM(({ spectrum }) => here.largest(spectrum[0] ?? 0));
    case "spectrum": {
      const k = Math.min(LEADING, dimension);
      return ofM(({ spectrum }) =>
        here.leading(
          k,
          dimension,
          spectrum.subarray(0, k).reduce((a, b) => a + b, 0),
        ),
      );
    }
    case "trace":
      return said(here.trace(dimension));
    case "round":
      return said(here.rounds(rounds));
    case "update":
      return said(here.updates(rounds));
    case "level":
      return said(here.levels(levels));
    case "seed":
      return said(here.seed(settings.seed));
    case "sigma":
      return said(hasNoiseLevel(settings) ? here.sigma(settings.sigma) : here.notUsed);
    case "positionLayer": {
      const { rate } = run.execution;
      return said(rate === null ? here.waiting : here.rate(rate));
    }
    case "correlation": {
      const value = app.network?.shown?.layers[app.network.layer]?.correlation.pearson ?? null;
      return said(value === null ? here.waitingNetwork : here.correlation(value));
    }
  }
}
