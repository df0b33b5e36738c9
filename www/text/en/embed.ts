import type { FigureName } from "../../embed/figures";

/** The dialog with the code for other pages. */
export const embed = {
  heading: "Put this on your page",
  close: "Close",
  about: {
    tag: "An HTML tag. It loads when the reader scrolls near it; several on one page share one worker.",
    frame:
      "An iframe: its styles and scripts stay separate from your page. The script beside it gives it the height that it needs.",
  },
  figure: "Figure",
  figures: {
    filters: "Filters",
    accuracy: "Accuracy",
    puzzle: "Why edges",
    data: "Images",
    loop: "The loop",
    compare: "Comparison",
    edges: "Images or labels",
    ansatz: "Neural network",
    try: "Draw your own",
    noise: "Noise",
    deep: "Deep ConvRFM",
    where: "Where it works",
    matrix: "The matrix M",
    page: "The whole page",
  } satisfies Record<FigureName, string> as Record<FigureName, string>,
  way: "As",
  ways: { tag: "Tag", frame: "Frame" },
  theme: "Colours",
  themes: { auto: "The reader’s", light: "Light", dark: "Dark" },
  start: "Starts",
  starts: { press: "When Run is pressed", visible: "When in sight" },
  code: "Code to copy",
  copy: "Copy embed code",
  copied: "Copied.",
  selected: "This browser did not allow copying. The text is selected: copy it with Ctrl+C or ⌘C.",
  own: "Your own images stay on this page: the embedded figure starts with dead leaves.",
  preview: (width: number) => `As it looks in a column of ${width} pixels:`,
};
