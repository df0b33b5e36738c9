/** The pictures that can be taken of a run, as SVG. */
import type { Inquiry } from "../chapters/loop/inquiry.svelte";
import { STATIONS } from "../chapters/loop/stations";
import { tileBars, tileDraw, tileLine } from "../chapters/loop/tile";
import type { App } from "../run/app.svelte";
import { FILTER_COUNT, type Deeper } from "../run/records";
import type { Results } from "../run/results.svelte";
import { card } from "./card";
import { lineChart, type LegendEntry, type Line } from "./chart";
import { confusionMatrices } from "./confusion";
import type { Inks } from "./inks";
import { mapSheet } from "./maps";
import { ring, type RingTile } from "./ring";
import { filterSheet, type SheetRow } from "./sheet";
import { stacked, titled } from "./svg";

/** Eigenvalues in the chart of the spectrum. */
const SPECTRUM_SHOWN = 40;
/** Shares below this are rounding: M is computed in single precision. */
const LEAST_SHARE = 1e-6;

/** The name of the images in the reader's language. */
export function nameOf(app: App, { settings }: Pick<Results, "settings">): string {
  const { data, hub } = settings;
  if (data === "own") return app.words.take.ownImages;
  return data === "hub" ? hub : app.words.dataSets[data].name;
}

export class Pictures {
  readonly #app: App;
  readonly #results: Results;
  readonly #inks: Inks;

  constructor(app: App, results: Results, inks: Inks) {
    this.#app = app;
    this.#results = results;
    this.#inks = inks;
  }

  get #words() {
    return this.#app.words.take;
  }

  get #channels() {
    return this.#results.data.summary.channels;
  }

  /** A row per round of the first level, then one per deeper level. Null where another run came first. */
  async filters(): Promise<string | null> {
    const { features, settings, best } = this.#results;
    const { take: words, filters, deep } = this.#app.words;
    const rows = features.map(({ round, filters: values, spectrum }): SheetRow => ({
      name: words.round(round),
      mark: round === best ? words.best : "",
      filters: values,
      side: settings.patch,
      shares: spectrum,
      alt: (rank, share) => filters.alt(rank, round, share),
    }));
    const levels = await this.#deeper(FILTER_COUNT);
    if (!levels) return null;
    for (const { level, round, fields, side, shares } of levels) {
      const alt = (rank: number, share: number) => deep.field(rank, level, share);
      rows.push({ name: deep.level(level), mark: words.round(round), filters: fields, side, shares, alt });
    }
    const sheet = filterSheet(rows, this.#channels, this.#inks, words.share);
    return titled(this.#heading(words.filters), sheet, this.#inks);
  }

  /** What the levels after the first have learned. Null where another run came first. */
  async #deeper(filters: number): Promise<Deeper[] | null> {
    const found: Deeper[] = [];
    for (const level of this.#results.levels.keys()) {
      if (level === 0 || this.#results.level(level).best === null) continue;
      const deeper = await this.#app.run.ask((remote) => remote.deeper(level, "test", 0, filters));
      if (!deeper) return null;
      // A level whose best round is round 0 has learned no filters.
      if (deeper.shares.length) found.push(deeper);
    }
    return found;
  }

  /** Rounds after rounds, level after level. */
  accuracy(): string {
    const words = this.#words;
    const { levels, settings, bestOfAll } = this.#results;
    const known = levels.map(({ rounds }) => rounds.flatMap(({ accuracy }, round) => (accuracy ? [{ accuracy, round }] : [])));
    const start = (level: number) => level * settings.rounds;
    const lines = (["validation", "test"] as const).flatMap((part) =>
      known.map((rounds, level): Line => ({
        colour: "learned",
        dashed: part === "validation",
        dots: true,
        points: rounds.flatMap(({ accuracy, round }) => {
          const y = accuracy[part];
          const colour = level === 0 && round === 0 ? ("fixed" as const) : undefined;
          return y === null ? [] : [{ x: start(level) + round, y, colour }];
        }),
      })),
    );
    const values = lines.flatMap(({ points }) => points.map(({ y }) => y));
    const low = Math.max(0, Math.min(80, Math.floor((Math.min(...values) - 2) / 10) * 10));
    const high = Math.min(100, Math.ceil((Math.max(...values) + 2) / 10) * 10);
    const ringed = bestOfAll && levels[bestOfAll.level]?.rounds[bestOfAll.round]?.accuracy?.test;
    const ticks = known.flatMap((rounds, level) => rounds.map(({ round }) => start(level) + round));
    const last = Math.max(1, ...ticks);
    const chart = lineChart(
      {
        lines,
        x: {
          label: words.roundAxis,
          domain: [-0.2, last + 0.2],
          ticks,
          format: (x) => String(x % settings.rounds),
        },
        y: { label: words.accuracyAxis, domain: [low, high], ticks: steps(low, high), format: words.tick },
        legend: [
          { name: words.test, colour: "learned", kind: "line" },
          { name: words.validation, colour: "learned", kind: "dashed" },
          { name: words.fixed, colour: "fixed", kind: "dot" },
          { name: words.best, colour: "learned", kind: "ring" },
        ],
        rings:
          bestOfAll && ringed !== null && ringed !== undefined ? [{ x: start(bestOfAll.level) + bestOfAll.round, y: ringed }] : [],
        rules:
          known.length > 1 ? known.map((_, level) => ({ x: start(level) - (level ? 0.5 : 0.2), name: words.level(level) })) : [],
      },
      this.#inks,
    );
    return titled(this.#heading(words.accuracy), chart, this.#inks);
  }

  /** A line per round of the first level, and a chart for each deeper level. Null where another run came first. */
  async spectrum(): Promise<string | null> {
    const { take: words, deep } = this.#app.words;
    const { features, shownFeatures, settings } = this.#results;
    const shown = shownFeatures ?? features.at(-1);
    const levels = await this.#deeper(SPECTRUM_SHOWN);
    if (!levels) return null;
    const first = this.#spectrumOf(
      features.map(({ spectrum, round }) => ({ shares: spectrum, faint: round !== shown?.round })),
      [
        { name: words.round(shown?.round ?? 0), colour: "learned", kind: "line" },
        ...(features.length > 1 ? [{ name: words.otherRounds, colour: "line" as const, kind: "line" as const }] : []),
      ],
    );
    const charts = levels.map(({ level, round, shares }) => ({
      name: deep.level(level),
      ...this.#spectrumOf([{ shares, faint: false }], [{ name: words.round(round), colour: "learned", kind: "line" }]),
    }));
    const drawing = settings.levels > 1 ? stacked([{ name: deep.level(0), ...first }, ...charts], this.#inks) : first;
    return titled(this.#heading(words.spectrum), drawing, this.#inks);
  }

  #spectrumOf(spectra: { shares: Float32Array; faint: boolean }[], legend: LegendEntry[]) {
    const words = this.#words;
    const lines = spectra.map(({ shares, faint }): Line => ({
      colour: "learned",
      faint,
      points: [...shares.subarray(0, SPECTRUM_SHOWN)].flatMap((share, i) =>
        share > LEAST_SHARE ? [{ x: i + 1, y: 100 * share }] : [],
      ),
    }));
    const ranks = Math.max(2, ...lines.flatMap(({ points }) => points.map(({ x }) => x)));
    const least = Math.min(10, ...lines.flatMap(({ points }) => points.map(({ y }) => y)));
    const lowest = Math.floor(Math.log10(least));
    return lineChart(
      {
        lines,
        x: {
          label: words.spectrumX,
          domain: [1, ranks],
          ticks: ranks <= 12 ? range(1, ranks) : [1, ...range(1, Math.floor(ranks / 10)).map((i) => 10 * i)],
          format: words.tick,
        },
        y: {
          label: words.spectrumY,
          domain: [10 ** lowest, 100],
          ticks: range(lowest, 2).map((power) => 10 ** power),
          format: words.shareTick,
          log: true,
        },
        legend,
      },
      this.#inks,
    );
  }

  /**
   * The ring of the loop.
   * @param canvas  to draw on, one station after the other
   */
  loop(inquiry: Inquiry, canvas: HTMLCanvasElement): string {
    const { words } = this.#app;
    const tiles = STATIONS.map((name): RingTile => {
      const bars = name === "ridge" ? tileBars(inquiry) : null;
      const draw = tileDraw(inquiry, name);
      draw?.(canvas);
      const picture = draw && { picture: canvas.toDataURL() };
      return {
        title: words.loop.stops[name].title,
        line: tileLine(inquiry, name, words),
        shown: bars ? { bars, wins: inquiry.predicted } : picture,
      };
    });
    const heading = this.#heading(words.take.loop);
    return titled(
      { ...heading, about: `${heading.about}, ${words.take.round(inquiry.round)}` },
      ring(tiles, this.#inks),
      this.#inks,
    );
  }

  /** Of round 0 and of the best round, on the test images. Null where another run came first. */
  async confusion(): Promise<string | null> {
    const words = this.#words;
    const { data, rounds, best, settings } = this.#results;
    // The worker predicts with the first level only.
    const level = settings.levels > 1 ? 0 : null;
    const wanted = [...new Set([0, best || rounds.findLastIndex(({ accuracy }) => accuracy)])];
    const matrices = [];
    for (const round of wanted) {
      const outcomes = await this.#app.run.ask((remote) => remote.outcomes(round, "test"));
      if (!outcomes) return null;
      const accuracy = this.#app.words.percent(rounds[round]?.accuracy?.test ?? 0);
      matrices.push({
        title: round === 0 ? words.fixedMatrix(accuracy) : `${words.cardLearned(round, level)}: ${accuracy}`,
        colour: round === 0 ? ("fixed" as const) : ("learned" as const),
        counts: outcomes.confusion,
      });
    }
    const drawing = confusionMatrices(matrices, this.#app.classNames(data), this.#inks, words);
    return titled(this.#heading(words.confusion), drawing, this.#inks);
  }

  /** The chosen test image, its patches' lengths under the fixed kernel and under the shown round. */
  maps(): string {
    const words = this.#words;
    const { data, plainLooks, chosen, features, shownFeatures, settings } = this.#results;
    const learned = shownFeatures ?? features.at(-1);
    const { channels, height, width } = data.summary;
    // The lengths after learning are those of sqrt(M / trace M) u. The fixed kernel has M = I, whose trace is d.
    const plain = plainLooks[chosen]?.maps.map((length) => length / Math.sqrt(channels * settings.patch ** 2));
    const maps = [
      { name: words.mapFixed, colour: "fixed" as const, values: plain },
      { name: words.cardLearned(learned?.round ?? 0, null), colour: "learned" as const, values: learned?.looks[chosen]?.maps },
    ].flatMap(({ values, ...each }) => (values ? [{ ...each, values }] : []));
    const sheet = mapSheet(
      {
        pixels: data.gallery[chosen]?.pixels ?? new Float32Array(),
        range: data.range,
        shape: { channels, height, width, patch: settings.patch },
        image: words.image,
        maps,
      },
      this.#inks,
    );
    return titled(this.#heading(words.maps), sheet, this.#inks);
  }

  /** @param link  to the settings, as it is to be read */
  card(link: string): { svg: string; alt: string } {
    const words = this.#words;
    const { percent } = this.#app.words;
    const { levels, features, settings, bestOfAll } = this.#results;
    const name = nameOf(this.#app, this.#results);
    const fixed = percent(levels[0]?.rounds[0]?.accuracy?.test ?? 0);
    // The best round, or the latest one where the fixed kernel is the best.
    const last = { level: 0, round: (levels[0]?.rounds ?? []).findLastIndex(({ accuracy }) => accuracy) };
    const at = bestOfAll && (bestOfAll.level > 0 || bestOfAll.round > 0) ? bestOfAll : last;
    const accuracy = at.round > 0 || at.level > 0 ? levels[at.level]?.rounds[at.round]?.accuracy?.test : null;
    const learned =
      typeof accuracy === "number"
        ? { value: percent(accuracy), name: words.cardLearned(at.round, settings.levels > 1 ? at.level : null) }
        : null;
    const shown = features.find(({ round }) => at.level === 0 && round === at.round) ?? features.at(-1);
    const svg = card(
      {
        title: shown ? words.cardTitle : words.cardTitleFixed,
        about: words.cardLead(name),
        filters: shown ? { features: shown, channels: this.#channels, patch: settings.patch } : null,
        fixed: { value: fixed, name: words.cardFixed },
        learned,
        measured: words.cardMeasured(settings.test),
        link: link.replace(/^https?:\/\//, ""),
      },
      this.#inks,
    );
    return { svg, alt: words.cardAlt(name, fixed, learned?.value ?? null) };
  }

  #heading(what: string) {
    const { settings } = this.#results;
    return { title: this.#words.title(what, nameOf(this.#app, this.#results)), about: this.#words.about(settings) };
  }
}

export const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Four to six round numbers. */
export function steps(low: number, high: number) {
  const step = high - low > 50 ? 20 : high - low > 20 ? 10 : 5;
  return range(Math.ceil(low / step), Math.floor(high / step)).map((i) => i * step);
}
