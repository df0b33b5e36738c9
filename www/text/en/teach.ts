import type { Exercise, ExerciseName } from "../../chapters/teach/exercises";
import type { Plan } from "../../chapters/teach/plans";
import { count, list, percent, decimal } from "./shared";

interface PlanWords {
  title: string;
  goals: string[];
  /** One sentence for each link of the plan. */
  course: string[];
  questions: { ask: string; answer: string }[];
  mistakes: string[];
}

const reached = ({ what }: Exercise["goal"], value: number) =>
  ({
    test: `the test accuracy of the best round is ${percent(value)}`,
    gain: `the best round gains ${decimal(value)} points over round 0`,
    later: value === 1 ? "1 round follows the best one" : `${count(value)} rounds follow the best one`,
  })[what];

const wanted = ({ what, atLeast }: Exercise["goal"]) =>
  ({
    test: `at least ${percent(atLeast, 0)}`,
    gain: `at least ${count(atLeast)} points`,
    later: `at least ${count(atLeast)}, and a best round after round 0`,
  })[what];

/** The chapter for teachers. */
export const teach = {
  about:
    "Three lesson plans with links that open the page in the right state, exercises that the page checks, and a tool for links of your own. Students need nothing but a browser.",
  lesson: (minutes: Plan["minutes"]) => `${minutes} minutes`,
  goals: "Goals",
  course: "Course",
  open: (part: number) => `Open part ${part}`,
  questions: "Questions",
  mistakes: "What students often get wrong",
  exercises: "Exercises",
  handoutOpen: "Show the handout",
  handoutClose: "Hide the handout",
  print: "Print",
  name: "Name: ______________________________",
  plans: {
    20: {
      title: "Filters without a network",
      goals: ["Say what a filter is.", "Say what the two accuracies compare.", "Test a learned filter with an image of your own."],
      course: [
        "Take steps 1 to 4 of the tour together: the filters, a run, and the images (8 minutes).",
        "Run the star data on the big screen. Ask first: what will the filters show? (6 minutes)",
        "In pairs: move the star and watch the predictions of each round (6 minutes).",
      ],
      questions: [
        { ask: "Who drew the filters?", answer: "Nobody. They are computed from the training images and their labels." },
        {
          ask: "What do the blue and the orange number compare?",
          answer: "The same kernel machine before and after it uses learned filters, on the same test images.",
        },
        {
          ask: "Why are test images kept apart?",
          answer: "Accuracy on images that were used to learn says little about new images.",
        },
      ],
      mistakes: [
        "“It is a neural network.” No network is trained: each round solves one linear system.",
        "“A filter is a picture of a class.” It is a pattern inside a patch that changes the predictions.",
      ],
    },
    45: {
      title: "One round of the loop",
      goals: [
        "Name the steps of one round in order.",
        "Explain gradient and M in words.",
        "Explain why validation images choose the round.",
      ],
      course: [
        "Walk through the patches, the kernel and the weights with the tour (12 minutes).",
        "On the big screen: gradients, M and the next round (10 minutes).",
        "In pairs: the exercise on the ridge (13 minutes).",
        "Draw a digit and compare the predictions of the rounds (10 minutes).",
      ],
      questions: [
        {
          ask: "What is a patch of a colour image with 11 × 11 pixels, as a list of numbers?",
          answer: "3 · 11 · 11 = 363 numbers.",
        },
        {
          ask: "What does a large gradient at a pixel mean?",
          answer: "A small change of this pixel changes the prediction a lot.",
        },
        {
          ask: "What does the entry M[i, j] say?",
          answer: "It averages the sensitivity to pixel i times the sensitivity to pixel j, over patches and classes.",
        },
        {
          ask: "Why is the round not chosen by its test accuracy?",
          answer: "The test accuracy would then describe the choice as well, and would be too high for new images.",
        },
      ],
      mistakes: [
        "“More rounds are always better.” With few images later rounds often lose accuracy.",
        "“The gradient changes the weights, step by step.” One linear system gives the weights; the gradients only give M.",
      ],
    },
    90: {
      title: "From the loop to networks",
      goals: [
        "Explain why a root of M makes a signal easier to find in noise.",
        "State the convolutional neural feature ansatz and how it is tested.",
        "Plan an experiment that changes one thing, and repeat it with other seeds.",
      ],
      course: [
        "The whole tour, in pairs (20 minutes).",
        "A small signal in large noise: step 9 of the tour shows M (15 minutes).",
        "In groups: the exercises on images and noise (20 minutes).",
        "Train the small network and compare its filters with those of the kernel machine (20 minutes).",
        "Two levels on digits in noise, then a summary (15 minutes).",
      ],
      questions: [
        {
          ask: "Why does M help where the signal is small and the noise is large?",
          answer:
            "The leading eigenvectors of M are the patterns that change the predictions. The next kernel depends less on all other directions of a patch.",
        },
        {
          ask: "What does the ansatz claim?",
          answer: "After training, WᵀW of a convolutional layer is proportional to the AGOP over the patches that the layer reads.",
        },
        {
          ask: "Does a high correlation prove how networks learn?",
          answer: "No. It agrees with the ansatz on these images and this network.",
        },
        {
          ask: "Why repeat a run with other seeds?",
          answer: "One split of the images may be easy or hard by chance. The mean and its spread tell more.",
        },
      ],
      mistakes: [
        "“M is a covariance of the images.” It averages gradients of the predictions, so the labels matter.",
        "“One run shows it.” With few test images, a few points are chance.",
      ],
    },
  } satisfies Record<Plan["minutes"], PlanWords> as Record<Plan["minutes"], PlanWords>,
  exercisesHeading: "Exercises that the page checks",
  exercisesAbout:
    "“Start” opens the settings. Change what the exercise asks for and press Run. The page compares each finished run with the goal.",
  exercise: {
    ridge: {
      name: "the ridge",
      task: "Find a ridge with which the star is found with 20 training images (seed 4): a test accuracy of at least 75 %.",
      hint: "With few images, noise is fitted easily. Which ridges fit the training images less closely?",
    },
    images: {
      name: "the number of images",
      task: "How many training images make the learned filters gain most? Find a number with a gain of at least 15 points over round 0 (local signal, seed 4).",
      hint: "With many images the fixed kernel is good already.",
    },
    noise: {
      name: "the noise",
      task: "At which noise does ConvRFM reach a test accuracy of at least 90 % with 100 training images (local signal, seed 4)?",
      hint: "The setting is called noise σ. Halve it.",
    },
    rounds: {
      name: "the rounds",
      task: "Show that more rounds are not always better: a run with 20 images of the star (seed 4) in which at least two rounds follow the best one.",
      hint: "Two rounds are too few to see it.",
    },
  } satisfies Record<ExerciseName, { name: string; task: string; hint: string }>,
  start: "Start",
  startNamed: (name: string) => `Start: ${name}`,
  hint: "Hint",
  openExercise: "Not tried yet.",
  other: (settings: string[]) =>
    `The last run differs from the exercise in: ${list(settings)}. Press Start and change nothing else.`,
  missed: (goal: Exercise["goal"], value: number) => `Not yet: ${reached(goal, value)}; wanted: ${wanted(goal)}.`,
  solved: (goal: Exercise["goal"], value: number) => `Solved: ${reached(goal, value)}.`,
  linkHeading: "Make a lesson link",
  linkAbout: "The link opens the page with the settings that it has now. Untick what students should not see.",
  chapters: "Chapters",
  controls: "Controls",
  control: {
    header: "Title",
    data: "Data set and the chapter on images",
    step: "Step",
    "new-seed": "New seed",
    experiment: "Experiments of the paper",
    reset: "Reset",
    footer: "Footer",
  },
  step: "Tour",
  noStep: "No tour",
  ownLanguage: "The reader’s",
  languages: { en: "English", es: "Español" },
  link: "Lesson link",
};
