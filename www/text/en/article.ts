/**
 * The article: the running text of the chapters, in the order of the page. `parse` (text/prose.ts) knows its markup: `[words](term)`
 * explains a term, `[words](https://...)` leads to another site. Its numbers are those of docs/results.md; article.test.ts compares them.
 */
import type { Spread } from "../../run/records";
import { count, decimal } from "./shared";

/** A text of others: what it is called, where it is, and what it adds. */
export type Reading = [title: string, url: string, about: string];

export const article = {
  otherLanguage: "En español",
  filtersPicture:
    "Learned filters of dead leaves, round by round: the leading eigenvectors of M, each with its share. From the run that is shipped with the page.",
  mapsPicture: "A test image, and how much each of its patches counts for the fixed kernel and for the best round.",
  puzzle: [
    "Train a convolutional network on photographs and look at its first [layer](layer). Many of its [filters](filter) look like edges, light on one side and dark on the other. Nobody asked for edges. The network is given images and [labels](label). It starts with random numbers and changes them in many small steps, by [backpropagation](backpropagation), until its errors are small.",
    "So why edges? Which rule decides what a network learns? In 2023 [four researchers](https://arxiv.org/abs/2309.00570) proposed an answer. The filters of a trained layer follow the directions of a [patch](patch) to which the output reacts most. How strongly an output reacts can be measured for any machine that predicts, even for one that has no filters at all.",
    "This page does that with a [kernel machine](machine). It predicts by comparing a new image with the [training images](training). We measure which pixels its [predictions](prediction) react to, and write the result into one matrix, [M](m). Then the machine compares all images again, this time through M. In the first [round](round) there is no M yet. From then on the [eigenvectors](eigenvector) of M act as filters.",
  ],
  /** What the reader can do at once, where the page computes. */
  tries: {
    puzzle: "Press Run at the top, then move the slider from round 0 to a later round: filters appear, and the accuracy changes.",
    network: "Train a network on the images of this run, and watch both rows of filters and their correlation.",
    noise: "Draw the curve yourself below: each point is a complete run in your browser.",
    where: "Press a name to open that data set and run it yourself.",
  },
  reactions: "The first three filters of the best round, and the training patches that respond to them most.",
  loop: {
    lead: "A convolutional network learns its [filters](filter) by [gradient](gradient) descent. ConvRFM repeats the loop below instead, and each step has an exact answer.",
    image: "We follow one [test image](test) around the loop, and one [patch](patch) of it.",
    patch:
      "Each window of q × q pixels is a patch: a list of numbers, one for each pixel and [channel](channel). Neighbouring windows overlap. From here on images are compared only through their patches, and every patch is treated by the same rule. That is what [convolution](convolution) means. No filter can be larger than a patch.",
    kernel:
      "How similar are two images? The [kernel](kernel) gives one number. It takes the two patches at each place, and their angle: parallel patches are similar. Each [layer](layer) then adds up the places around. This is the [neural tangent kernel](ntk), the kernel of a convolutional network with infinitely many filters in each layer.",
    ridge:
      "Each [training image](training) gets one weight per [class](class). The sum of similarities times weights is the [prediction](prediction). One linear system with the [kernel matrix](kernelMatrix) fits the weights to the [labels](label); the [ridge](ridge) λ keeps them small, so that noise is not learned.",
    gradient:
      "Which pixels matter? Change one pixel of a patch a little, and see how much the prediction changes. The gradient holds these changes for all pixels of a patch at once. The picture is bright where the gradient is long. There, a small change of the image changes the prediction most.",
    matrix:
      "[M](m)[i, j] averages the sensitivity to pixel i times that to pixel j, over patches and classes: the [average gradient outer product](agop), or AGOP. Orange means that raising both pixels moves the prediction the same way, blue that it moves it in opposite ways. The [eigenvectors](eigenvector) of M are the patterns to which predictions react most. They are the filters.",
    seen: "Multiply each patch by the [root](root) of M. Patterns that matter grow, and the rest fades. The next [round](round) compares the images through these patches, solves again, and finds a new M. So the kernel has learned, although each round is nothing but a linear system and an average.",
  },
  compare: [
    "What comes out? Both [kernels](kernel) use the same images, the same [labels](label) and the same [ridge regression](ridge). Only [M](m) differs. [Round](round) 0 is the [fixed kernel](fixed), and each later round uses the M of the round before. Not every image gains: some were right before and are wrong now.",
    "[Validation images](validation), which are not trained on, choose the round that is reported. [Test images](test) choose nothing. Their accuracy is an honest estimate, and with a few hundred of them it is off by two or three points.",
  ],
  edges: [
    "Do the [labels](label) make the [filters](filter) look like edges, or do the images? Two comparisons answer this. The [covariance](covariance) of the [patches](patch) uses no labels at all. With shuffled labels there is nothing to learn. Compare the eight leading filters of both with those that true labels give.",
  ],
  network: [
    "The answer of 2023 is a claim about networks, and it can be tested. Train a network by [gradient](gradient) descent, without any [AGOP](agop), and compare two matrices. WᵀW is the [covariance](covariance) of a [layer](layer)’s [filters](filter). The AGOP comes from the gradients of the network’s outputs. The convolutional neural feature ansatz says that one is a multiple of the other. ConvRFM turns that sentence into an algorithm: it sets the covariance to the AGOP.",
    "On digits we found it confirmed, with a warning. After training, the [correlation](correlation) is 0.92 to 0.99. With random filters in place of W it is below 0.4. But before training it is high too, because both matrices contain W. The better test is the change of W since the start: it agrees with the AGOP just as well.",
    "This holds for networks that start with small weights. With larger first weights the agreement falls to 0.75 in the first layer, although such networks classify better.",
  ],
  noise: [
    "A learned [kernel](kernel) helps most where a small pattern is surrounded by noise. In the local signal, one row of 32 pixels is constant, and 15 rows are noise. The [fixed kernel](fixed) compares all [patches](patch) alike, so the noise counts as much as the signal.",
    "With 20 [training images](training) ConvRFM is ahead of the fixed kernel at every [noise level](sigma), by 8 to 20 points. A small network is better where there is little noise. Where there is much, ConvRFM is ahead, but by less than its spread over the [seeds](seed).",
  ],
  deep: [
    "Deep ConvRFM repeats ConvRFM on its own output. It draws random [filters](filter) whose [covariance](covariance) is the learned [M](m), and [convolves](convolution) every image with them. The next [level](level) starts on the result, with a [kernel](kernel) that is one [layer](layer) shallower. Filters of deeper levels respond to larger parts of the image.",
    "With a [ReLU](relu) and [pooling](pooling) between the levels, depth helps: by 31 points on digits in noise, by 4 on digits and on photographs, by less than one on clothes. Most of this comes from pooling. Averages over small windows change little when a digit moves by a pixel.",
    "Filters drawn without any learning do as well as learned ones, at all sizes that we tried. Without pooling, as in the paper, a second level loses on noise and on photographs.",
  ],
  where: [
    "ConvRFM gains much where few pixels decide and the others are noise: a hidden star, a constant row. It gains some points on digits in noise. On plain digits and clothes the gain is smaller than its spread over the [seeds](seed), and on photographs of ten [classes](class) there is none.",
    "One limit is in the [kernel](kernel). It compares equal places, so a cat on the left is not similar to a cat on the right, whatever the [filters](filter) are. Another limit is in the loop. Each [round](round) sharpens [M](m). On digits in noise, little more than one direction is left after three rounds, and the accuracy stops rising.",
  ],
  open: [
    "Why does training make filters follow the [gradients](gradient)? There are proofs for simple networks, and counterexamples for others. Later work replaces the ansatz by a theorem about networks at the end of their training.",
    "Should WᵀW be compared with the [AGOP](agop) or with its [root](root)? The first version of the authors’ programs uses one, a later version the other. Do learned filters help the next [level](level) when there are many more images? With 8,000 we saw a quarter of a point, which is as much as the error. And what would a kernel look like that also learns where things may move?",
  ],
  reading: [
    ["The paper of this page", "https://arxiv.org/abs/2309.00570", "Beaglehole, Radhakrishnan, Pandit, Belkin (2023)"],
    [
      "Recursive feature machines, the idea without convolution",
      "https://arxiv.org/abs/2212.13881",
      "Radhakrishnan, Beaglehole, Pandit, Belkin (2022)",
    ],
    ["The neural tangent kernel", "https://arxiv.org/abs/1806.07572", "Jacot, Gabriel, Hongler (2018)"],
    [
      "The convolutional NTK, computed exactly",
      "https://arxiv.org/abs/1904.11955",
      "Arora, Du, Hu, Li, Salakhutdinov, Wang (2019)",
    ],
    ["When the ansatz holds, and when it does not", "https://arxiv.org/abs/2510.15563", "Tansley, Massart, Cartis (2025)"],
    ["A theorem in place of the ansatz", "https://arxiv.org/abs/2507.05644", "Boix-Adserà, Mallinar, Simon, Belkin (2025)"],
  ] satisfies Reading[] as Reading[],
};

/** The charts of what was measured. */
export const measured = {
  fixed: "fixed kernel",
  learned: "ConvRFM",
  network: "small network",
  deep: "two levels",
  oneLevel: "one level",
  trained: "trained",
  untrained: "before training",
  random: "random filters",
  change: "change of W",
  spread: ({ mean, deviation }: Spread) => `${decimal(mean)} ± ${decimal(deviation)}`,
  correlation: ({ mean, deviation }: Spread) => `${decimal(mean, 2)} ± ${decimal(deviation, 2)}`,
  seeds: (train: number, seeds: number) => `${count(train)} images, ${seeds} seeds`,
  layer: (layer: number) => `layer ${layer}`,
  sets: "Test accuracy in percent, mean and standard deviation over the seeds: fixed kernel, ConvRFM and a small network",
  noise: "Test accuracy against noise: fixed kernel, ConvRFM and a small network",
  levels: "Test accuracy in percent of the fixed kernel, of one level and of two levels",
  ansatz: "Correlation of WᵀW with the AGOP in each layer",
  setsAbout: "Percent of test images, mean ± standard deviation over the seeds.",
  noiseAbout: "Local signal, 20 training images, patches of 8 × 8, ten seeds. The bands are ± one standard deviation.",
  levelsAbout:
    "Percent of test images, mean ± standard deviation over five seeds, 1,000 training images. Two levels have a ReLU and pooling.",
  ansatzAbout: "1,000 digits, three layers of 16 filters, first weights of 0.005. Mean ± standard deviation over five seeds.",
  more: "All results, and how to repeat them",
  reading: "Further reading",
  open: "What is open",
};
