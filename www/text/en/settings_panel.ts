import type { ExperimentName, Section } from "../../run/settings";
import { count } from "./shared";

/** The panel of all settings. */
export const settingsPanel = {
  heading: "Settings",
  sections: { images: "Images", kernel: "Kernel", levels: "Levels", engine: "Engine" } satisfies Record<Section, string> as Record<
    Section,
    string
  >,
  note: "The results stay until the next run.",
  defaults: "Restore the defaults of this data set",
  range: (low: number, high: number) => `From ${count(low)} to ${count(high)}.`,
};

/** The paper's experiments. */
export const experiments = {
  label: "Experiment",
  tip: "The paper’s experiments, with fewer images than published.",
  none: "None of these",
  names: {
    star: {
      name: "Hidden star",
      about: "As published: 50 training images, patches of 11 pixels, one layer. The paper: 78 % becomes 95 % after one update.",
    },
    "noisy-mnist": {
      name: "Digits in noise",
      about:
        "The paper trains on 4,000 images, this on 400, so accuracies are lower. Seeds 0 to 4: 29.5 ± 1.6 % becomes 32.3 ± 2.3 %.",
    },
    "local-signal": {
      name: "Local signal",
      about:
        "One row in sixteen carries the signal. ConvRFM learns the pattern of that row. Seeds 0 to 4: 78.2 ± 1.6 % becomes 86.4 ± 1.5 %.",
    },
    svhn: { name: "House numbers", about: "The paper trains on 1,000 images. Here there are 400, so accuracies are lower." },
    "cifar-10": {
      name: "CIFAR-10",
      about: "Patches of 3 pixels, three layers, five rounds as in the paper; here with 400 training images.",
    },
    "fashion-mnist": {
      name: "Clothes",
      about:
        "Patches of 3 pixels, three layers, five rounds as in the paper; here with 400 training images. Learning gains nothing with these settings: 76.2 ± 1.8 % before, 76.2 ± 2.0 % after (seeds 0 to 4).",
    },
    deep: {
      name: "Deep ConvRFM",
      about:
        "Two levels, between them 32 random filters, a ReLU and pooling over 4 × 4 pixels, on 300 digits in noise. The paper has neither ReLU nor pooling; without pooling the second level loses. Seeds 0 to 4: the fixed kernel is right on 28.9 ± 2.3 %, the second level on 54.1 ± 2.4 %.",
    },
  } satisfies Record<ExperimentName, { name: string; about: string }> as Record<ExperimentName, { name: string; about: string }>,
};
