/** The guided tour. */
export const tour = {
  number: (step: number, steps: number) => `Tour, ${step} of ${steps}`,
  back: "Back",
  next: "Next",
  finish: "Finish",
  end: "End the tour",
  there: "Go there",
  done: "Done. On to the next step.",
  moved: "Done. Go on as long as you like, then press Next.",
  instead: "These images cannot be drawn by hand. Choose ones that can, or go on.",
  wayBack: "Shift and Tab together lead back here.",
  hasRun: "It has run already. Press Run again to watch it once more, or go on.",
  steps: [
    {
      title: "Pictures with answers",
      body: "These are some of the training images, each with its right answer. The machine is told these answers, but not what to look for: that it has to find out.",
    },
    {
      title: "Let it learn",
      body: "It learns in rounds. Each round compares all images, solves one system of linear equations, and asks what mattered. A few seconds are enough.",
      task: "Press Run. The tour goes on when it is done.",
    },
    {
      title: "Before and after",
      body: "On the left: right answers when all pixels of a patch count the same. On the right: after it found out which ones matter. Both are counted on images it has never seen.",
    },
    {
      title: "What it learned to look for",
      body: "Each small picture is a pattern. Where a patch of an image looks like it, the answer changes most. Nobody drew them; they came out of the data.",
    },
    {
      title: "Its eyes, before and after",
      body: "One test image, and how strongly each place of it counts. The fixed kernel weighs everything bright alike; the learned one looks where the signal is.",
    },
    {
      title: "It only sees small windows",
      body: "Every image is cut into overlapping patches. A patch is a list of numbers, a vector, and everything below starts from it.",
      task: "Move over this picture, or use the arrow keys on it.",
    },
    {
      title: "How alike are two images?",
      body: "One number per pair of images, put together from all their patches. A table of these numbers, the kernel matrix, is all it needs to answer: a new image gets the answers of the images it is like.",
    },
    {
      title: "Which pixels mattered?",
      body: "Change one pixel of a patch a little: how much does the answer change? Averaged over all patches, for every pair of pixels, this is the matrix M. Its strongest directions are the patterns you saw.",
    },
    {
      title: "Your turn",
      body: "Make an image of your own here, and every round says what it thinks of it.",
      task: "Draw, or move what is there, with the pointer or the arrow keys.",
    },
    {
      title: "Now change something",
      body: "Smaller patches, more noise, one of the paper’s experiments: predict what will happen, then run. Pin a run to compare it with the next. At the foot of the page you can take everything with you.",
    },
  ] satisfies { title: string; body: string; task?: string }[] as { title: string; body: string; task?: string }[],
};
