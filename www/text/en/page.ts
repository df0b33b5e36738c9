import type { Away } from "../../run/attention";
import type { Missing } from "../../run/needs";
import type { DataName, EngineInUse, EngineName, Plan, Progress, Stage } from "../../run/records";
import type { Phase } from "../../run/state.svelte";
import type { Correction, Settings } from "../../run/settings";
import { sentence, shorten } from "../common";
import { dataSets, settings } from "./settings";
import { atLevel, decimal, estimate, megabytes, plural } from "./shared";

/** Of the classes whose names the engine knows; any other name is shown as it is. */
export const classNames: Record<string, string> = {};

/** Text of the fixed parts of the page, by the `data-text` of the element. */
export const fixed: Record<string, string> = {
  language: "Language",
  pageTitle: "ConvRFM: a kernel machine that learns filters",
  title: "Watch a kernel machine learn to see",
  lead: "Convolutional networks learn their [filters](filter) by [backpropagation](backpropagation). A [kernel machine](machine) learns such filters without it: it solves a linear system, averages [gradients](gradient) over [patches](patch), and starts again with what it found.",
  private: "Everything runs on this page; nothing is uploaded.",
  embed: "Embed",
  live: "Open the page that computes",
  asArticle: "Read as an article, or print it",
  whole: "Open the whole page",
  tourStart: "Take the tour",
  present: "Presentation mode",
  presentEnd: "Leave presentation mode",
  puzzleHeading: "Why do filters look like edges?",
  dataHeading: "The images",
  accuracyHeading: "Accuracy",
  matrixHeading: "The matrix M behind the filters",
  howHeading: "The loop: how filters come out of a kernel",
  compareHeading: "What comes out: fixed kernel against ConvRFM",
  edgesHeading: "Images or labels: where do the edges come from?",
  tryHeading: "Draw your own",
  noiseHeading: "How much noise can it take?",
  networkHeading: "Do neural networks do the same?",
  deepHeading: "Does depth help? Deep ConvRFM",
  whereHeading: "Where it works, and where it does not",
  teachHeading: "For teachers",
  glossaryHeading: "Glossary",
  takeHeading: "Download and cite",
  paperHtml:
    'D. Beaglehole, A. Radhakrishnan, P. Pandit, M. Belkin: <cite>Mechanism of feature learning in convolutional neural networks</cite> (2023), <a href="https://arxiv.org/abs/2309.00570">arXiv:2309.00570</a>.',
};

export const controls = {
  run: "Run",
  pause: "Pause",
  pausing: "Pausing…",
  resume: "Resume",
  goOn: "Run on",
  again: "Run again",
  step: "Step",
  stepTip: "Run one round, then wait",
  reset: "Reset",
  newSeed: "New seed",
  newSeedTip: "Draw other images and start over",
  cancel: "Cancel",
  more: "More settings",
  settings: "Settings",
  dataSet: "Data set",
  openSet: (name: Exclude<DataName, "own" | "hub">) => `Open “${dataSets[name].name}”`,
  transport: "Run controls",
  useSettings: "Use those settings",
};

export const engines: Record<EngineName, string> = { auto: "Automatic", cpu: "CPU", gpu: "GPU" };

/** The line about the engine. */
export const engine = {
  /** Before a run. */
  planned: {
    auto: "Will run on the graphics processor if there is one, else on the CPU.",
    cpu: "Will run on the CPU.",
    gpu: "Will run on the graphics processor.",
  } satisfies Record<EngineName, string> as Record<EngineName, string>,
  /** While it is being opened. */
  opening: {
    auto: "Looking for a graphics processor and testing it…",
    cpu: "Starting on the CPU…",
    gpu: "Opening the graphics processor and testing it…",
  } satisfies Record<EngineName, string> as Record<EngineName, string>,
  inUse: ({ description, reason }: EngineInUse, wanted: EngineName) =>
    `Runs on ${description}${wanted === "auto" && reason ? `: ${reason}` : ""}.`,
  speedUnit: "position-layers/s",
};

const stages: Record<Stage, string> = {
  kernel: "comparing training images",
  solve: "solving for the weights",
  predict: "classifying held-out images",
  agop: "averaging gradients",
  convolve: "drawing filters and convolving the images",
  train: "training the network",
};

export const progress = {
  label: "Progress of the run",
  loading: "Preparing the images…",
  /** @param plan  of the CPU engine */
  ready: ({ rounds, train, engine }: Settings, plan: Plan | null) => {
    const what = `Ready: ${plural(train, "image", "images")} to learn from, ${plural(rounds, "round", "rounds")}`;
    if (!plan) return `${what}.`;
    const needs = [megabytes(plan.bytes)];
    const time = engine === "gpu" ? "" : estimate(plan.seconds);
    if (time) needs.unshift(time + (engine === "auto" ? " on the CPU" : ""));
    return `${what}: about ${needs.join(", ")}.`.replace("about under", "under");
  },
  stage: ({ level, round, stage, done }: Progress, settings: Settings) =>
    `${atLevel({ level }, settings)} ${round} of ${settings.rounds - 1}: ${stages[stage]}, ${Math.floor(done * 100)} %`,
  left: (seconds: number | null | undefined) => (estimate(seconds) ? `${estimate(seconds)} left` : ""),
  starting: "Starting…",
  queued: "Waiting for another run on this page.",
  paused: "Paused. Nothing is being computed.",
  resting: {
    hidden: "Waiting while the page is hidden.",
    scrolled: "Waiting while it is out of sight.",
  } satisfies Record<Away, string> as Record<Away, string>,
  stageDone: (at: { level: number; round: number; stage: Stage }, settings: Settings) =>
    `${atLevel(at, settings)} ${at.round}: ${stages[at.stage]}, done.`,
  between: (at: { level: number; round: number }, settings: Settings) =>
    `${atLevel(at, settings)} ${at.round} is done. Step, or run on.`,
  cancelled: "Cancelled. Finished rounds stay.",
  finished: (seconds: number) => `Done in ${decimal(seconds)} s of computing.`,
  failed: "Nothing is running.",
};

/** What the browser lacks. */
const missingWords: Record<Missing, string> = {
  WebAssembly:
    "This browser has no WebAssembly, which this page computes with; it may have been switched off, as lockdown modes do. Switch it on for this page, or open the link in another browser.",
  SIMD: "This browser has no WebAssembly SIMD, the vector instructions that this page computes with. Chrome and Edge run it from version 91 on, Firefox from 114 on, Safari from 16.4 on: update it, or open the link in another browser.",
};

export const errors = {
  heading: "This did not work",
  body: (message: string, lost: boolean, missing: Missing | null, notLoaded = false) => {
    if (missing) return missingWords[missing];
    if (notLoaded) return "The engine could not be loaded; it was tried three times. Check the connection, then try again.";
    return lost ? `The computing part of the page stopped (${message}).` : sentence(message);
  },
  impossible: "These settings cannot be run",
  refused: (message: string) => `${sentence(message)} The CPU engine is kept; press Run to go on with it.`,
  retry: "Try again",
  defaults: "Use the default settings",
  oldBrowser: (missing: string) =>
    `This browser is too old for the page: it lacks ${missing}. Chrome 123, Firefox 125, Safari 17.5 and newer versions have it.`,
  corrected: (corrections: Correction[]) =>
    corrections
      .map(({ key, found, used }) => {
        if (key === "unknown") return `The address says “${shorten(found)}”, which is no setting here.`;
        if (key === "data") {
          const instead = `This is “${dataSets[used as keyof typeof dataSets].name}”.`;
          return found === "own"
            ? `A link cannot carry files or webcam pictures: open them again. ${instead}`
            : `There is no data set “${shorten(found)}”. ${instead}`;
        }
        if (key === "hide") return `Nothing here is named “${shorten(found)}”, so it cannot be hidden.`;
        if (key === "lesson") return `The tour has no step “${shorten(found)}”${used === "off" ? "" : `; this is step ${used}`}.`;
        if (key === "lang") return `The page has no version in “${shorten(found)}”.`;
        if (key === "present") return `“present” is on or off, not “${shorten(found)}”.`;
        const value = key === "engine" ? engines[used as EngineName] : used;
        const why = typeof used === "number" && !Number.isFinite(Number(found)) ? "not a number" : "not possible here";
        return `${settings[key].label} “${shorten(found)}” is ${why}; using ${value}.`;
      })
      .join(" "),
};

/** What the results on show belong to. */
export const belongs = {
  own: "your images",
  /** @param seed  null for the reader's own images */
  run: (name: string, images: number, seed: number | null) =>
    `${name}, ${plural(images, "image", "images")}${seed === null ? "" : `, seed ${seed}`}`,
  unchanged: (run: string) => `Results: ${run}.`,
  example: "This finished run comes with the page. Press Run to make your own.",
  changed: (run: string) => `These results belong to: ${run}.`,
  busy: (run: string) => `The run goes on with: ${run}.`,
  differ: (changes: string[]) => `The settings have changed: ${changes.join("; ")}.`,
  differNext: (changes: string[]) => `For the next run: ${changes.join("; ")}.`,
  change: (label: string, from: string, to: string) => `${label} ${from} → ${to}`,
  otherFiles: "other images",
  more: (count: number) => `${count} more`,
  press: "Press Run to use them.",
  continues: (round: number) => `Run continues with round ${round}.`,
  undo: "Undo",
  undoTip: "Back to the settings of these results",
  before: "The run before this one is kept until another one has finished.",
  restore: "Show it again",
};

/** The primary button's word in each phase. */
export const primary: Record<Phase, string> = {
  loading: controls.run,
  ready: controls.run,
  running: controls.pause,
  pausing: controls.pausing,
  paused: controls.resume,
  between: controls.goOn,
  cancelled: controls.run,
  finished: controls.again,
  failed: controls.run,
};
