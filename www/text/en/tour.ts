/** The guided tour. Sentences are short: `reading.test.ts` measures how easily they read. */
export const tour = {
  number: (step: number, steps: number) => `Tour, ${step} of ${steps}`,
  back: "Back",
  next: "Next",
  finish: "Finish",
  end: "End the tour",
  there: "Go there",
  done: "Done. The next step follows.",
  touch: "Tap or draw here.",
  moved: "Done. Continue as long as you like, then press Next.",
  instead: "These images cannot be drawn by hand. Choose images that can, or press Next.",
  wayBack: "Shift and Tab together lead back here.",
  hasRun: "This run is finished. Press Run again to watch it once more, or press Next.",
  running: "This step needs results. A run is in progress at the top of the page. The step follows when it is finished.",
  needsRun: "This step needs results. Press Run at the top of the page.",
  steps: [
    {
      title: "The filters",
      body: "Each small picture is a filter. It is a pattern of pixels that changes the predictions a lot. Nobody drew these filters. They come from the training images and their labels.",
    },
    {
      title: "Run it",
      body: "The method works in rounds. Each round compares the training images and solves one linear system. Then it measures which pixels mattered. A run takes a few seconds.",
      task: "Press Run. The tour continues when the run is finished.",
    },
    {
      title: "Before and after",
      body: "Blue is the fixed kernel: all pixels of a patch count the same. Orange is the kernel with learned filters. Both numbers come from test images that were not used to learn.",
    },
    {
      title: "Images with labels",
      body: "These are some of the training images. The method gets each image and its label. Nothing tells it how the classes differ.",
    },
    {
      title: "Images become patches",
      body: "The loop is one round. First, each image is cut into small patches that overlap. A patch is a list of numbers. All later steps work on patches.",
    },
    {
      title: "How similar are two images?",
      body: "The kernel K gives one number for each pair of images. The number is high if their patches are alike. Here you see which training images are most like this one.",
    },
    {
      title: "One weight for each image",
      body: "Each similarity is multiplied by a weight. The sum is the prediction. One linear system gives all the weights. The ridge keeps them small, so that noise counts less.",
    },
    {
      title: "Which pixels matter?",
      body: "Change one pixel of a patch a little. How much does the prediction change? The gradient answers this for each pixel. A large value marks a pixel that matters.",
    },
    {
      title: "The matrix M",
      body: "M has one number for each pair of pixels. It is the product of their two gradients, averaged over many patches. The main directions of M are the filters.",
    },
    {
      title: "Look again through M",
      body: "A root of M transforms each patch. Patterns that mattered grow stronger. The rest fades.",
    },
    {
      title: "The next round",
      body: "The transformed patches go back into the kernel. Then come new weights and a new M. Press a number to see that round. In the end, validation images choose the best one.",
    },
    {
      title: "Try an image of your own",
      body: "Draw a digit or move the star. Each round classifies your image.",
      task: "Use the pointer or the arrow keys here.",
    },
    {
      title: "Three things to try",
      body: "Each button changes the settings. Your results stay until the next run, and Undo brings the old settings back.",
    },
  ] satisfies { title: string; body: string; task?: string }[] as { title: string; body: string; task?: string }[],
  tries: {
    noise: { name: "Digits in noise", task: "Press Run. The noise hides most of each digit. Do the filters still show strokes?" },
    patches: { name: "Smaller patches", task: "Press Run. What do small patches miss? Compare the two accuracies." },
    star: { name: "The paper’s star experiment", task: "Press Run. Can you see a star in the first filters of round 1?" },
  },
};
