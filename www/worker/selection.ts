/** Which images the page shows of a data set: all classes as evenly as they occur. */
import { SHOWN_CLASSES } from "../run/records";
import type { Sample } from "../run/records";

/** Training images shown, and test images that are looked at through M. */
const SAMPLES = 20;
const GALLERY = 10;
/** Images searched for a balanced selection: at least this many, and this many for each class. */
const SEARCHED = 80;
const SEARCHED_PER_CLASS = 4;

/** The images to search among `available`. */
export function firstIndices(available: number, classes: number): number[] {
  const count = Math.min(available, Math.max(SEARCHED, SEARCHED_PER_CLASS * classes));
  return Array.from({ length: count }, (_, index) => index);
}

/** The training images to show, class by class. */
export function samples(training: Sample[], classes: number): Sample[] {
  const shown = training.filter(({ label }) => label < SHOWN_CLASSES);
  return balanced(shown, classes, SAMPLES).sort((a, b) => a.label - b.label);
}

/** The test images to look at. From the last class down: of two classes, the one that holds the signal comes first. */
export function gallery(tests: Sample[], classes: number): Sample[] {
  return balanced(tests, classes, GALLERY, (label) => classes - 1 - label);
}

/** Up to `count` samples, one class after the other in turn. */
function balanced(samples: Sample[], classes: number, count: number, rank = (label: number) => label): Sample[] {
  const byClass = Array.from({ length: classes }, (): Sample[] => []);
  for (const sample of samples) byClass[rank(sample.label)]?.push(sample);
  const picked: Sample[] = [];
  for (let turn = 0; picked.length < Math.min(count, samples.length); turn++) {
    for (const members of byClass) {
      const member = members[turn];
      if (member && picked.length < count) picked.push(member);
    }
  }
  return picked;
}
