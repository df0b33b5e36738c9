/** What `vite/article.js` asks for when the page is built: the article in each language, and pictures of the shipped run. */
import { render } from "svelte/server";
import example from "../data/example.json";
import type { Inks } from "../export/inks";
import { Pictures } from "../export/pictures";
import type { App } from "../run/app.svelte";
import { resultsOf } from "../run/example";
import { articleIn } from "../text/language";
import { plain } from "../text/prose";
import { LANGUAGES, loadWords, type Language } from "../text/words";
import Article from "./Article.svelte";

/** The light colours of theme.css: pictures are files, which know nothing of the page's scheme. */
const INKS: Inks = {
  paper: "#fcfcfa",
  well: "#f1f1ec",
  ink: "#1a1d23",
  quiet: "#585e68",
  line: "#d6d6ce",
  grid: "#e9e9e3",
  learned: "#b34a0a",
  fixed: "#2a6cab",
};

export interface Made {
  language: Language;
  address: string;
  title: string;
  about: string;
  head: string;
  body: string;
  pictures: { address: string; svg: string }[];
}

export const articles = (): Promise<Made[]> => Promise.all(LANGUAGES.map(make));

async function make(language: Language): Promise<Made> {
  const words = await loadWords(language, true);
  const results = resultsOf(example as Parameters<typeof resultsOf>[0]);
  const drawn = new Pictures({ words } as App, results, INKS);
  const [filters, maps] = [await drawn.filters(), drawn.maps()];
  if (!filters) throw new Error("the shipped run has no filters to draw");
  const svgs = [
    { name: "filters", svg: filters, about: words.article.filtersPicture },
    { name: "maps", svg: maps, about: words.article.mapsPicture },
  ];
  const pictures = svgs.map(({ name, about }) => ({ name, about, alt: about, address: `assets/article-${name}.${language}.svg` }));
  const otherLanguage = LANGUAGES.find((each) => each !== language) ?? language;
  const other = { language: otherLanguage, name: words.article.otherLanguage, address: articleIn(otherLanguage) };
  const { head, body } = render(Article, { props: { words, language, other, pictures } });
  return {
    language,
    address: articleIn(language),
    title: words.fixed.pageTitle ?? "",
    about: plain(words.fixed.lead ?? ""),
    head,
    body,
    pictures: pictures.map(({ address }, i) => ({ address, svg: svgs[i]?.svg ?? "" })),
  };
}
