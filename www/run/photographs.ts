/** The sample photographs beside the page, each with its licence, if whoever deployed it has made them. */
const files = import.meta.glob("../data/photographs/*.{png,jpg}", { query: "?url", import: "default", eager: true });
const [licences = ""] = Object.values(
  import.meta.glob("../data/photographs/LICENCES.txt", { query: "?raw", import: "default", eager: true }),
);

/** What the network is shown first. */
const FIRST = ["chelsea", "coffee", "rocket", "flower", "china", "astronaut"];

/** A photograph beside the page. */
export interface SamplePhotograph {
  /** Of its file, without the ending. */
  name: string;
  url: string;
  /** Author and licence. */
  licence: string;
}

const rank = ({ name }: SamplePhotograph) => (FIRST.indexOf(name) + FIRST.length + 1) % (FIRST.length + 1);

/** Cat and coffee first. */
export const samplePhotographs = (): SamplePhotograph[] =>
  Object.entries(files)
    .filter(([, url]) => url)
    .map(([path, url]) => {
      const file = path.replace(/^.*\//, "");
      const line = String(licences)
        .split("\n")
        .find((line) => line.startsWith(`${file}: `));
      const licence = line?.slice(file.length + 2) ?? "";
      return { name: file.replace(/\.\w+$/, ""), url: new URL(String(url), document.baseURI).href, licence };
    })
    .sort((a, b) => rank(a) - rank(b));
