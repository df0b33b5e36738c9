/**
 * What the loop shows: one image, one round, one class, one patch, one training image. All of it follows from the run and from what
 * the reader chose; answers of the worker are resources, so that an answer to an overtaken question is never shown.
 */
import type { Remote } from "comlink";
import { classOf } from "../../draw/class_of";
import { cut } from "../../draw/pixels";
import { figure } from "../../draw/numbers";
import type { Cell } from "../../parts/cell";
import type { App } from "../../run/app.svelte";
import type { DataSummary, Explain, Explained, Inspection, PatchView, Place, Sample, Split } from "../../run/records";
import { resource } from "../../run/resource.svelte";
import type { Results } from "../../run/results.svelte";
import type { Computing } from "../../worker/computing";
import { oneAtATime } from "./latest";
import { TrainingPictures, unique } from "./training_pictures";
import { NEEDS_M, STATIONS, WORKPLACE, type Progressed, type Station } from "./stations";

/** The number whose arithmetic is shown. */
export type Asked =
  { what: "kernel"; train: number } | { what: "answer" | "gradient" | "seen" } | { what: "matrix"; row: number; column: number };

/** The image that goes round: one of the gallery, or what the reader drew. */
export interface Subject {
  split: Split;
  index: number;
  label: number;
  pixels: Float32Array;
}

/** What the reader chose, for the images and the run that it was chosen for. */
interface Choice {
  summary: DataSummary | null;
  results: Results | null;
  /** The round; null follows the run. */
  held: number | null;
  /** Whether the reader's drawing is the image, where there is one. */
  mine: boolean;
  output: number | null;
  position: number | null;
  pointed: { subject: string; train: number } | null;
  asked: Asked | null;
  /** Asked once more, what could not be explained is tried once more. */
  attempt: number;
}

const NOTHING: Choice = {
  summary: null,
  results: null,
  held: null,
  mine: false,
  output: null,
  position: null,
  pointed: null,
  asked: null,
  attempt: 0,
};

/** Nearest training images shown as pictures. */
export const NEAREST = 5;

/** An answer with the run that gave it. */
interface Of<T> {
  results: Results;
  answer: T;
}

interface Question {
  results: Results;
  place: Place;
  /** Finished stages of the round. */
  done: number;
  drawn: Float32Array | null;
}

export class Inquiry {
  readonly #app: App;
  /** The station that is open. */
  open: Station = $state("image");
  /** Counts the patches that the reader chose: each travels round the ring once. */
  travels: number = $state(0);
  #choice: Choice = $state.raw(NOTHING);
  readonly #pictures: TrainingPictures;

  constructor(app: App) {
    this.#app = app;
    this.#pictures = new TrainingPictures(app.run);
  }

  results = $derived.by(() => this.#app.run.results);
  data = $derived.by(() => this.results?.data ?? null);
  names = $derived.by(() => (this.data ? this.#app.classNames(this.data) : []));
  shape = $derived.by(() => {
    const { channels = 1, height = 1, width = 1 } = this.data?.summary ?? {};
    const patch = this.results?.settings.patch ?? 1;
    return { channels, height, width, patch, rows: height - patch + 1, columns: width - patch + 1 };
  });

  #chosen = $derived.by((): Choice => {
    const { results } = this;
    if (!results || this.#choice.summary !== results.data.summary) return NOTHING;
    return this.#choice.results === results ? this.#choice : { ...this.#choice, asked: null, pointed: null };
  });

  // Round, image, class, patch

  /** The latest round that has its M, or round 0. */
  latest = $derived.by(() => Math.max(0, ...(this.results?.features ?? []).map(({ round }) => round)));
  held = $derived.by(() => this.#chosen.held);
  round = $derived.by(() => {
    const { results, latest, held } = this;
    if (held !== null) return Math.min(held, latest);
    const at = results?.at ?? null;
    if (!at) return 0;
    // Its predictions end a round: what follows is the next one, which has M and nothing else yet.
    return at.level > 0 || at.stage === "predict" || at.stage === "convolve" ? latest : Math.min(at.round, latest);
  });
  /** The round whose M the last stations show: the next one, as soon as that is known. */
  viewed = $derived.by(() => Math.min(this.round + 1, this.latest));
  features = $derived.by(() => this.results?.features.find(({ round }) => round === this.viewed));

  mine = $derived.by(() => this.#chosen.mine && (this.results?.drawn ?? null) !== null);
  #drawn = $derived.by(() => (this.mine ? (this.results?.drawn ?? null) : null));
  #image = $derived.by(() => this.results?.data.gallery[this.results.chosen] ?? null);
  #split: Split = $derived.by(() => (this.#drawn ? "probe" : "test"));
  #index = $derived.by(() => (this.#drawn ? 0 : (this.#image?.index ?? -1)));
  #label = $derived.by(() => (this.#drawn ? -1 : (this.#image?.label ?? -1)));
  #done = $derived.by(() => stagesOf(this.results, this.round));
  #doneNext = $derived.by(() => stagesOf(this.results, this.viewed));
  /** The class asked about. */
  output = $derived.by(() => {
    const { output } = this.#chosen;
    return output !== null && output < (this.data?.summary.classes ?? 0) ? output : Math.max(this.#label, 0);
  });
  subject: Subject | null = $derived.by(() => {
    if (!this.#image) return null;
    if (!this.#drawn) return this.#image;
    // While the pen goes on, the drawing stays as it was when the numbers beside it were computed.
    return { split: "probe", index: 0, label: -1, pixels: this.now?.pixels ?? this.#drawn };
  });
  /** The patch: the one that the reader chose, else the one of largest gradient, else the one of largest norm. */
  position = $derived.by(() => {
    const count = this.shape.rows * this.shape.columns;
    const { position } = this.#chosen;
    if (position !== null && position < count) return position;
    return largestOf(this.now?.gradient ?? this.#look?.maps ?? null, count);
  });
  /** The upper left corner of the patch. */
  cell: Cell = $derived.by(() => ({
    row: Math.floor(this.position / this.shape.columns),
    column: this.position % this.shape.columns,
  }));
  patchPixels = $derived.by(() => (this.subject ? cut(this.subject.pixels, this.shape, this.cell) : null));

  /** The chosen image through M, or as it is: where it has the most to show. */
  get #look() {
    const { results } = this;
    if (!results || this.#drawn) return undefined;
    return [results.features.at(-1)?.looks[results.chosen], results.plainLooks[results.chosen]].find(
      (look) => look?.index === this.#index,
    );
  }

  // Answers

  #question = $derived.by(() => this.#questionOf(this.round, this.#done));
  #nextQuestion = $derived.by(() => this.#questionOf(this.viewed, this.#doneNext));
  #ask = oneAtATime(({ results, place }: Question) => this.#of(results, (remote) => remote.inspect(place)));
  #askNext = oneAtATime(({ results, place }: Question) => this.#of(results, (remote) => remote.inspect(place)));
  #now = resource(
    () => (this.#question ? [this.#question] : null),
    (question) => this.#ask(question),
    { keep: true },
  );
  #next = resource(
    () => (this.viewed === this.round || !this.#nextQuestion ? null : [this.#nextQuestion]),
    (question) => this.#askNext(question),
    { keep: true },
  );
  /** The image in the round. */
  now: Inspection | null = $derived.by(() => this.#valid(this.#now.value, this.round));
  /** The image in the viewed round. */
  next: Inspection | null = $derived.by(() => (this.viewed === this.round ? this.now : this.#valid(this.#next.value, this.viewed)));

  /** The training image pointed at, or the nearest. */
  train: number | null = $derived.by(() => {
    const { pointed } = this.#chosen;
    return pointed?.subject === this.#key ? pointed.train : (this.now?.kernel?.order[0] ?? null);
  });

  #askPatch = oneAtATime(({ results, place }: Question, position: number, train: number) =>
    this.#of(results, (remote) => remote.patch(place, position, train)),
  );
  #askAfter = oneAtATime(({ results, place }: Question, position: number) =>
    this.#of(results, (remote) => remote.patch(place, position, 0)),
  );
  #patch = resource(
    () => this.#question && [this.#question, this.position, this.train ?? 0],
    (question, position, train) => this.#askPatch(question, position, train),
    { keep: true },
  );
  #after = resource(
    () => this.#nextQuestion && [this.#nextQuestion, this.position],
    (question, position) => this.#askAfter(question, position),
    { keep: true },
  );
  /** The patch in the round. */
  patch: PatchView | null = $derived.by(() => this.#valid(this.#patch.value, this.round));
  /** The patch in the viewed round. */
  after: PatchView | null = $derived.by(() => this.#valid(this.#after.value, this.viewed));

  #labels = resource(
    () => this.results && [this.results],
    (results) => this.#of(results, (remote) => remote.labels("train", results.data.summary.train)),
    { keep: true },
  );
  /** Of the training images. */
  labels: Uint16Array | null = $derived.by(() => {
    const { value } = this.#labels;
    return value && value.results.data.summary === this.data?.summary ? value.answer : null;
  });

  asked: Asked | null = $derived.by(() => this.#chosen.asked);
  /** What is asked, as text: questions are compared by their content. */
  #explainText = $derived.by(() => {
    const { asked, viewed, position } = this;
    if (!asked || !this.#question) return null;
    return JSON.stringify({ explain: explainWhat(asked, this.#question.place, viewed, position), attempt: this.#chosen.attempt });
  });
  #explanation = $derived.by(() => {
    const { results } = this;
    if (!results || this.#explainText === null) return null;
    const { explain } = JSON.parse(this.#explainText) as { explain: Explain };
    // An entry of M depends on no image, and takes a second: only another entry or another M asks again.
    const question = explain.what === "matrix" ? null : this.#question;
    return { results, explain, question };
  });
  #explained = resource(
    () => this.#explanation && [this.#explanation],
    ({ results, explain }) => this.#of<Explained>(results, (remote) => remote.explain(explain) as Promise<Explained>),
    { keep: true },
  );
  /** The arithmetic that is asked for; null until it is there. */
  explained = $derived.by(() => {
    const { value } = this.#explained;
    return value && value.results === this.results && value.answer.what === this.asked?.what ? value.answer : null;
  });
  /** Whether `explained` is of what is asked now. */
  get explainedNow() {
    return this.#explained.fresh;
  }

  /** Why a question was not answered. */
  trouble = $derived.by(() => this.#now.error ?? this.#patch.error ?? null);
  unexplained = $derived.by(() => this.#explained.error);

  /** The training images whose pictures are wanted. */
  #wanted = $derived.by(() => {
    const { explained, train } = this;
    const terms = explained?.what === "answer" || explained?.what === "matrix" ? explained.terms : [];
    const nearest = this.now?.kernel?.order.subarray(0, NEAREST) ?? [];
    return unique([...nearest, ...(train === null ? [] : [train]), ...terms.map(({ index }) => index)]).join();
  });
  #trainPictures = resource(
    () => (this.results && this.#wanted ? [this.results, this.#wanted] : null),
    async (results, wanted) => {
      const answer = await this.#pictures.with(results, wanted.split(",").map(Number));
      return answer && { results, answer };
    },
    { keep: true },
  );
  /** The picture of a training image that is wanted, once it is there. */
  picture(train: number): Sample | undefined {
    const { value } = this.#trainPictures;
    return value?.results === this.results ? value?.answer.get(train) : undefined;
  }

  // What the stations show

  /** The similarities where the engine gives them, else K / s: what the images are ordered by. */
  similarities = $derived.by(() => this.now?.kernel?.similarity ?? this.now?.kernel?.values ?? null);
  similar = $derived.by(() => this.now?.kernel?.similarity !== undefined);
  predicted = $derived.by(() => (this.now?.answer ? classOf(this.now.answer) : null));

  /** Of which stations there are numbers. In slow motion the gradients of a round wait for their stage. */
  known: Record<Station, boolean> = $derived.by(() => {
    const { now, results, round, viewed, features, subject } = this;
    const isLast = round === (results?.settings.rounds ?? 0) - 1;
    const averaged = viewed > round || (isLast && round > 0);
    const predicted = results?.rounds[round]?.seconds.predict !== undefined;
    const matrix = averaged && features !== undefined;
    return {
      image: subject !== null,
      patch: subject !== null,
      kernel: Boolean(now?.kernel),
      ridge: Boolean(now?.weights && now.answer),
      // The last round averages none, and shows them with its predictions.
      gradient: Boolean(now?.gradient) && (viewed > round || (isLast && predicted)),
      matrix,
      seen: matrix && this.next !== null,
    };
  });

  // Not the progress itself, which changes 25 times a second: what the ring needs of it changes with the stage.
  #stage = $derived.by(() => this.#app.run.execution.progress?.stage ?? null);
  #stageRound = $derived.by(() => this.#app.run.execution.progress?.round ?? null);
  #stageLevel = $derived.by(() => this.#app.run.execution.progress?.level ?? null);
  working: readonly Station[] = $derived.by(() =>
    this.results?.busy && this.#stage && this.#stageLevel === 0 && this.#stageRound === this.round ? WORKPLACE[this.#stage] : [],
  );
  states = $derived.by(
    () => Object.fromEntries(STATIONS.map((station) => [station, this.#state(station)])) as Record<Station, Progressed>,
  );

  #state(station: Station): Progressed {
    if (this.working.includes(station)) return "active";
    if (this.known[station]) return "done";
    return this.results?.settings.rounds === 1 && NEEDS_M.includes(station) ? "never" : "pending";
  }

  // What the reader does

  hold(round: number | null) {
    this.#choose({ held: round });
  }

  /** Follows an image of the gallery. */
  follow(place: number) {
    this.#choose({ mine: false });
    this.results?.choose(place);
  }

  followDrawing() {
    this.#choose({ mine: true });
  }

  chooseClass(output: number) {
    this.#choose({ output });
  }

  move({ row, column }: Cell) {
    this.#choose({ position: row * this.shape.columns + column });
    this.travels++;
  }

  point(train: number) {
    // The arithmetic of a similarity follows the bars.
    const asked = this.asked?.what === "kernel" ? ({ what: "kernel", train } as const) : this.asked;
    this.#choose({ pointed: { subject: this.#key, train }, asked });
  }

  explain(asked: Asked | null) {
    const { attempt } = this.#chosen;
    this.#choose({ asked, attempt: this.unexplained ? attempt + 1 : attempt });
  }

  show(station: Station) {
    this.open = station;
    if (this.asked) this.explain(null);
  }

  /** A number as the reader's language writes it. */
  figure(value: number, digits?: number): string {
    return this.#app.words.localized(figure(value, digits));
  }

  trainName(train: number): string {
    return this.names[this.labels?.[train] ?? -1] ?? "";
  }

  #choose(change: Partial<Choice>) {
    const { results } = this;
    if (results) this.#choice = { ...this.#chosen, ...change, results, summary: results.data.summary };
  }

  /** Tells one image in one round from another. */
  get #key() {
    return [this.#split, this.#index, this.round].join();
  }

  /** All that what a round says of the image depends on; a finished stage may have added to it. */
  #questionOf(round: number, done: number): Question | null {
    const { results, output } = this;
    if (!results || !this.#image) return null;
    return { results, place: { split: this.#split, index: this.#index, output, round }, done, drawn: this.#drawn };
  }

  /** An answer about the image in the round, of the run on show. */
  #valid<T extends { place: Place }>(answered: Of<T> | null, round: number): T | null {
    if (!answered || answered.results !== this.results) return null;
    const { place } = answered.answer;
    return place.split === this.#split && place.index === this.#index && place.round === round ? answered.answer : null;
  }

  async #of<T>(results: Results, question: (remote: Remote<Computing>) => Promise<T>): Promise<Of<T> | null> {
    const answer: T | null = await this.#app.run.ask(question);
    return answer === null ? null : { results, answer };
  }
}

const stagesOf = (results: Results | null, round: number) => Object.keys(results?.rounds[round]?.seconds ?? {}).length;

/** The place of the largest of the first `count` values, the first of equals; without values the middle. */
function largestOf(values: ArrayLike<number> | null, count: number): number {
  if (!values) return Math.floor(count / 2);
  let best = 0;
  for (let place = 1; place < count; place++) {
    if ((values[place] ?? 0) > (values[best] ?? 0)) best = place;
  }
  return best;
}

function explainWhat(asked: Asked, place: Place, viewed: number, position: number): Explain {
  switch (asked.what) {
    case "kernel":
      return { what: "kernel", place, train: asked.train, position };
    case "answer":
      return { what: "answer", place };
    case "gradient":
      return { what: "gradient", place, position };
    case "seen":
      return { what: "seen", place: { ...place, round: viewed }, position };
    case "matrix":
      return { what: "matrix", round: viewed, row: asked.row, column: asked.column };
  }
}
