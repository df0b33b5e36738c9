/** What a tile of the ring shows: on the page, and in the picture of the ring that can be saved. */
import { drawFilter, drawImage, drawSigned, drawStrength } from "../../draw/pixels";
import type { Words } from "../../text/words";
import type { Inquiry } from "./inquiry.svelte";
import type { Station } from "./stations";

/** The number of a station, in a line. */
export function tileLine(inquiry: Inquiry, name: Station, { loop: words }: Pick<Words, "loop">): string {
  const { now, shape, subject, known, names } = inquiry;
  const progressed = inquiry.states[name];
  if (progressed === "active" || !known[name]) return words.states[progressed];
  switch (name) {
    case "image":
      return subject?.split === "probe" ? words.yourDrawing : (names[subject?.label ?? -1] ?? "");
    case "patch":
      return words.tile.patch(shape.patch);
    case "kernel":
      return words.tile.kernel(inquiry.figure(inquiry.similarities?.[now?.kernel?.order[0] ?? 0] ?? 0, 3), inquiry.similar);
    case "ridge":
      return words.tile.ridge(names[inquiry.predicted ?? -1] ?? "");
    case "gradient":
      return words.tile.gradient(inquiry.figure(now?.gradient?.[inquiry.position] ?? 0, 3));
    case "matrix":
      return words.tile.matrix(inquiry.viewed);
    case "seen":
      return words.tile.seen(inquiry.viewed);
  }
}

/** What a station makes of the image or of the patch; null before it is known, and where it is bars. */
export function tileDraw(inquiry: Inquiry, name: Station): ((canvas: HTMLCanvasElement) => void) | null {
  const { data, shape, subject, patchPixels, now, next, features } = inquiry;
  if (!data || !inquiry.known[name]) return null;
  const { summary, range } = data;
  const { channels, height, width, patch } = shape;
  switch (name) {
    case "image":
      return subject && ((canvas) => drawImage(canvas, subject.pixels, summary, range));
    case "patch":
      return patchPixels && ((canvas) => drawImage(canvas, patchPixels, { channels, height: patch, width: patch }, range));
    case "kernel": {
      const nearest = inquiry.picture(now?.kernel?.order[0] ?? -1);
      return nearest ? (canvas) => drawImage(canvas, nearest.pixels, summary, range) : null;
    }
    case "gradient": {
      const gradient = now?.gradient;
      return gradient ? (canvas) => drawStrength(canvas, gradient, shape) : null;
    }
    case "matrix":
      return features ? (canvas) => drawSigned(canvas, features.matrix, features.dimension, features.dimension, 0.5) : null;
    case "seen":
      return next && ((canvas) => drawFilter(canvas, next.seen, channels, height, width));
    case "ridge":
      return null;
  }
}

/** The prediction for each class, as a share of the largest in size. */
export function tileBars({ known, now }: Inquiry): number[] | null {
  const answer = known.ridge ? now?.answer : null;
  if (!answer) return null;
  const top = answer.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  return Array.from(answer, (value) => value / top);
}
