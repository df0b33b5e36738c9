/**
 * Which modules make a file of their own together: many small files compress worse. What the page needs before its first paint is
 * one file, what a click on the first screen may need is the next, and all chapters below are the third; each language has two, and one more for networks of files.
 */

/** Files by the modules that need them, in the order in which they are loaded: a module that two of them need is part of the first. */
const FILES = /** @type {const} */ ([
  ["app", /\/www\/(main|text\/common)\.ts$/],
  [
    "controls",
    /\/www\/(parts\/TermCard\.svelte|page\/(Drop|EmbedDialog|HubOffer|SettingsPanel|Tour|Update)\.svelte|chapters\/(accuracy\/(Pins|SeedsPlot)|first\/Strongest|Data)\.svelte|text\/formulas\.ts)$/,
  ],
  ["chapters", /\/www\/chapters\/(Puzzle|Loop|Compare|Edges|Network|TryIt|Noise|Deep|Where|Matrix|Teach|Glossary|Export)\.svelte$/],
  // A network of a file, which is opened on a click.
  ["imagenet", /\/www\/chapters\/imagenet\/Opened\.svelte$/],
]);
const IMAGENET_WORDS = /\/imagenet\.ts$/;
const WORDS = /\/www\/text\/(\w+)\//;
const FIRST_WORDS = /\/first\.ts$/;

/** What is executed when a document loads it: each of these is a file of its own, or an element would start the page. */
const ENTRIES = /\/www\/(main|element|embed\/(frame|open|parent))\.ts$/;

/** The name of a module's file; null where the bundler decides. @type {import("rolldown").CodeSplittingNameFunction} */
export function fileOf(id, bundle) {
  if (ENTRIES.test(id)) return null;
  // The module and all that import it statically, however indirectly.
  const above = new Set([id]);
  for (const each of above) for (const importer of bundle.getModuleInfo(each)?.importers ?? []) above.add(importer);
  const needs = (/** @type {RegExp} */ pattern) => [...above].some((each) => pattern.test(each));
  const language = WORDS.exec(id)?.[1];
  if (language) return `${language}-${needs(FIRST_WORDS) ? "first" : IMAGENET_WORDS.test(id) ? "imagenet" : "rest"}`;
  return FILES.find(([, pattern]) => needs(pattern))?.[0] ?? null;
}
