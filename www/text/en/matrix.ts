import { count, decimal, percent, plural } from "./shared";

export const matrix = {
  about:
    "[M](m) is the [average gradient outer product](agop). M[i,j] averages, over [patches](patch) and [classes](class), the sensitivity to pixel i times the sensitivity to pixel j. Entries are large where a pixel matters; orange where raising both pixels moves the [prediction](prediction) the same way, blue where it moves it opposite ways. The [eigenvectors](eigenvector) of M are the [filters](filter) above. The bars show its [spectrum](spectrum): each [eigenvalue](eigenvalue) as a share of the [trace](trace).",
  heat: "M, pixel by pixel",
  heatEmpty: "M will be drawn here after the first update. For the fixed kernel it is the identity.",
  heatFixed: "Round 0, the fixed kernel, is on show: its M is the identity. Choose another round of filters to see its M.",
  heatRound: (round: number) => `M used in round ${round}`,
  same: "same way",
  opposite: "opposite ways",
  rootScale: "square-root scale",
  entry: (a: string, b: string) => `${a} with ${b}`,
  entryValue: (share: number) => `${decimal(share, 3)} of the largest entry`,
  pixel: (channels: number, channel: number, row: number, column: number) =>
    `${channels > 1 ? `${(channels < 4 && CHANNELS[channel]) || `channel ${channel + 1}`}, ` : ""}row ${row + 1}, column ${column + 1}`,
  pair: "The two pixels in the patch",
  pixelI: "pixel i",
  pixelJ: "pixel j",
  kind: "entry of M",
  hint: "Point at the matrix, or move over it with the arrow keys, to read an entry.",
  hintTouch: "Tap the matrix to read an entry.",
  spectrum: "Eigenvalues of M",
  spectrumAlt: (round: number, leading: number) =>
    `Bars: share of the ${leading} largest eigenvalues of M of round ${round} in their sum. A line marks the fixed kernel, whose shares are all equal.`,
  spectrumTable: "Numbers",
  spectrumColumns: ["Eigenvalue", "Share of the sum"],
  spectrumX: "eigenvalue, largest first",
  spectrumY: "share of the sum, %",
  fixedShare: (share: number) => `fixed kernel: ${percent(share * 100, share < 0.01 ? 2 : 1)} each`,
  learnedShare: (round: number) => `round ${round}`,
  leading: (k: number, d: number, share: number) =>
    `The first ${plural(k, "direction", "directions")} of ${count(d)} hold ${percent(share * 100, 0)} of M.`,
  spectrumEmpty: "The fixed kernel weighs all directions equally. The bars will show which directions the updates prefer.",
};

const CHANNELS = ["red", "green", "blue"];
