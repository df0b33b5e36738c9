/** All results and the commands that repeat them. */
export const RESULTS = "https://github.com/convrfm/convrfm/blob/main/docs/results.md";
