/** The guided tour. */
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
  steps: [
    {
      title: "The filters",
      body: "Each small picture is a filter: a pattern of pixels to which the predictions react strongly. Nobody drew these filters. They follow from the training images and their labels.",
    },
    {
      title: "Run it",
      body: "The method works in rounds. Each round compares all training images, solves one system of linear equations, and measures which pixels mattered. A few seconds are enough.",
      task: "Press Run. The tour continues when the run is finished.",
    },
    {
      title: "Before and after",
      body: "Blue is the fixed kernel, for which all pixels of a patch count the same. Orange is the kernel with learned filters. Both accuracies are measured on test images.",
    },
    {
      title: "One image, through the filters",
      body: "The maps show how strongly each patch of a test image counts. In the fixed kernel every patch with large pixel values counts. In the learned kernel those patches count that contain the learned patterns.",
    },
    {
      title: "Images with labels",
      body: "These are some of the training images. The method is given each image and its label, and nothing about what distinguishes the classes.",
    },
    {
      title: "Images become patches",
      body: "The loop below is one round. Every image is cut into small overlapping patches. A patch is a list of numbers, and all that follows is computed from patches.",
    },
    {
      title: "How similar are two images?",
      body: "The kernel K gives one number for each pair of images, computed from all their patches. A new image is classified by its similarities to the training images.",
    },
    {
      title: "Which pixels matter?",
      body: "If one pixel of a patch changes a little, how much does the prediction change? Averaged over patches for every pair of pixels, this is the matrix M. Its leading eigenvectors are the filters.",
    },
    {
      title: "Try an image of your own",
      body: "Draw a digit or move the star. Every round classifies your image.",
      task: "Use the pointer or the arrow keys here.",
    },
    {
      title: "Change something",
      body: "Try another data set, smaller patches or one of the paper’s experiments. The results stay until the next run, and Undo restores the settings. At the end of the page everything can be saved.",
    },
  ] satisfies { title: string; body: string; task?: string }[] as { title: string; body: string; task?: string }[],
};
