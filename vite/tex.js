/**
 * Formulas at build time: turns every tex`...` of the page's sources into the MathML that Temml makes of it, so that Temml is not
 * part of what is downloaded. A template must not have anything inserted into it: what it says must be known when the page is built.
 */
import temml from "temml";

const TEMPLATE = /\btex`([^`]*)`/g;

/** @returns {import("vite").Plugin} */
export function tex() {
  return {
    name: "tex",
    enforce: "pre",
    transform: {
      filter: { id: /\/www\/.*\.(ts|svelte)$/, code: "tex`" },
      handler(code, id) {
        const made = code.replace(TEMPLATE, (_, source) => {
          if (source.includes("${")) this.error(`${id}: nothing can be inserted into tex\`${source}\``);
          return JSON.stringify(mathml(source));
        });
        return { code: made, map: null };
      },
    },
  };
}

/**
 * A formula as MathML. Sums stand beside their bounds as in a display, in a line of text as well.
 * @param {string} source
 */
export function mathml(source) {
  const whole = temml.renderToString(source, { throwOnError: true });
  // A prime beside its letter: as an exponent it stands too high without a mathematical font.
  const primed = whole.replace(/<msup>(<mi>\w<\/mi>)<mo[^>]*>′<\/mo><\/msup>/g, '<mrow>$1<mo lspace="0" rspace="0">′</mo></mrow>');
  // An inline formula can stand anywhere; its style is set here.
  return primed.replace(/^<math>/, '<math><mstyle displaystyle="true">').replace(/<\/math>$/, "</mstyle></math>");
}
