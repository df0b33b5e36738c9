/** A new version of the page. */
export const update = {
  there: "A new version of this page is ready. Reloading ends a run in progress; the settings stay.",
  take: "Reload",
  later: "Later",
};
