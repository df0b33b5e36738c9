import { decimals } from "../common";

const value = decimals("en");

/** Draw a digit, or place a star. */
export const drawing = {
  digit: "Draw a digit. Every round predicts its class while you draw.",
  star: "Move the star through the noise. Every round predicts, as it moves, whether the image contains a star.",
  otherSets: "The images on show cannot be drawn by hand. Two data sets can:",
  offers: {
    digit: {
      title: "Draw a digit",
      about: "Draw with mouse, finger, pen or keyboard. Every round predicts which digit it is.",
      open: "Draw digits",
    },
    star: {
      title: "Place a star",
      about: "Move a star through noise. Every round predicts whether there is a star.",
      open: "Move a star",
    },
  },
  /** What a click does. @param data  name of the data set on show */
  keeps: (data: string) => `A click prepares the images of that set. Your results on ${data} stay until you press Run.`,
  opens: "A click opens that data set; nothing is lost.",
  prepared: (data: string) => `${data} is prepared.`,
  replaces: (wanted: string, shown: string) => `Run it to draw. The results on ${wanted} will then replace those on ${shown}.`,
  runIt: (data: string) => `Run ${data}`,
  keepResults: "Keep these results",
  canvas: "Drawing area. Arrow keys move the pen, Space puts it down and lifts it, Shift makes larger steps.",
  area: "drawing area",
  keyboard: "Keyboard: arrow keys move the pen, Space puts it down or lifts it.",
  starKeyboard: "Point at the image, or use the arrow keys.",
  starTouch: "Drag the star with a finger.",
  undo: "Undo",
  clear: "Clear",
  penDown: "Pen down",
  penUp: "Pen up",
  hint: "Draw here",
  machine: (height: number, width: number) => `Input image: ${height} × ${width} pixels`,
  machineAlt: "Your drawing as an input image",
  looks: (round: number) => (round === 0 ? "Patch norms, fixed kernel" : `Patch norms, round ${round}`),
  looksAlt: "Norm of each patch after the learned transform",
  looksAbout: "Bright patches weigh most in the kernel.",
  starLabel: "The star",
  starKind: "movable star",
  starAt: (row: number, column: number) => `Star at row ${row}, column ${column}`,
  answers: "Prediction of each round",
  round: (round: number) => (round === 0 ? "Fixed kernel" : `Round ${round}`),
  best: "best",
  /** What is read out. */
  spoken: (round: number, name: string) => `${drawing.round(round)} predicts ${name}`,
  needRun: "A run is needed before the rounds can predict.",
  gone: "These results can no longer be asked. Run again to draw.",
  run: "Run it",
  busy: "The run continues; predictions arrive after each of its stages.",
  nothing: "Draw something to see the predictions.",
  seconds: (seconds: number) => `Computed in ${Math.max(1, Math.round(seconds * 1000))} ms.`,
  inLoop: "You can also choose this image in the loop above.",
  columns: ["class", "f"],
  value: (f: number) => value(f, 3),
};
