import { count, percent, plural } from "./shared";

export const matrix = {
  about:
    "M is the average gradient outer product: how much the answer changes when two pixels of a patch change together. Its eigenvectors are the filters above.",
  heat: "M, pixel by pixel",
  heatEmpty: "M will be drawn here after the first round. For the fixed kernel it is the identity.",
  heatRound: (round: number) => `M used in round ${round}`,
  entry: (a: string, b: string, value: string) => `${a} with ${b}: ${value} of the largest entry`,
  pixel: (channels: number, channel: number, row: number, column: number) =>
    `${channels > 1 ? `channel ${channel + 1}, ` : ""}row ${row + 1}, column ${column + 1}`,
  hint: "Colours on a square-root scale. Point at the matrix, or move over it with the arrow keys, to read an entry.",
  spectrum: "Its spectrum",
  spectrumAlt: "Share of each eigenvalue of M, per round, on a logarithmic scale",
  spectrumTable: "Numbers",
  spectrumColumns: ["Eigenvalue", "Share of the sum"],
  spectrumX: "eigenvalue, largest first",
  spectrumY: "share of the sum, %",
  leading: (k: number, d: number, share: number) =>
    `The first ${plural(k, "direction", "directions")} of ${count(d)} hold ${percent(share * 100, 0)} of M.`,
  spectrumEmpty: "Flat now: the fixed kernel treats all directions alike. It will bend as filters are learned.",
};
