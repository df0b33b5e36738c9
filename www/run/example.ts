/**
 * The finished run that is shipped with the page: the default settings on dead leaves, as the CPU engine computes them.
 * `tests/e2e/make_example.js` writes the file; a test runs the settings again and compares every bit.
 */
import exampleUrl from "../data/example.json?url";
import type { Features, Look } from "./records";
import { Results } from "./results.svelte";
import { preset } from "./settings";

/** Arrays are base64 of single precision, little-endian. */
interface ExampleFile {
  channels: number;
  side: number;
  patch: number;
  className: string;
  index: number;
  label: number;
  range: [number, number];
  /** Test images. */
  test: number;
  classes: number;
  image: string;
  /** Lengths of the image's patches. */
  plain: string;
  best: number;
  rounds: { validation: number; test: number; filters?: string; spectrum?: string; map?: string }[];
}

export async function loadExample(): Promise<Results> {
  const response = await fetch(exampleUrl);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return resultsOf((await response.json()) as ExampleFile);
}

export function resultsOf(file: ExampleFile): Results {
  const { channels, side, patch, index, label, best } = file;
  const look = (maps: string): Look => ({ split: "test", index, count: 0, maps: floats(maps) });
  const settings = preset("dead-leaves");
  const classNames = Array.from({ length: file.classes }, (_, i) => (i === label ? file.className : ""));
  const results = new Results(settings, {
    summary: {
      name: settings.data,
      channels,
      height: side,
      width: side,
      classes: file.classes,
      classNames,
      train: settings.train,
      validation: settings.validation,
      test: settings.test,
      countsPerClass: { train: [], validation: [], test: [] },
      range: file.range,
      source: "",
      licence: "",
      duplicates: 0,
      notes: [],
    },
    plan: { bytes: 0, seconds: null, engine: "" },
    samples: [],
    gallery: [{ split: "test", index, label, pixels: floats(file.image) }],
    plainLooks: [look(file.plain)],
  });
  results.live = false;
  results.phase = "finished";
  const rounds = file.rounds.map(({ validation, test }) => ({
    accuracy: { validation, test, validationError: null, testError: null },
    seconds: {},
    ridge: null,
    raised: false,
    best,
  }));
  results.levels = [{ rounds, best, convolution: 0 }];
  results.features = file.rounds.flatMap(({ filters, spectrum, map }, round): Features[] => {
    if (!filters || !spectrum || !map) return [];
    const values = floats(filters);
    const dimension = channels * patch * patch;
    return [
      {
        round,
        dimension,
        count: values.length / dimension,
        filters: values,
        spectrum: floats(spectrum),
        matrix: new Float32Array(),
        looks: [look(map)],
      },
    ];
  });
  return results;
}

function floats(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}
