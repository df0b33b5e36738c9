/**
 * What the built pages have and their sources do not: the Content-Security-Policy, a script that explains a page opened from a disk, and
 * the address of the site. Whoever knows it builds with the variable SITE (`cargo xtask build --site https://...`): only then can the
 * picture for social networks have the absolute address that they ask for.
 */
import { policy } from "./policy.js";

/** A classic script: from files browsers load no modules. */
const FROM_DISK = `if (location.protocol === "file:") {
  const language = navigator.language.startsWith("es") ? "es" : "en";
  document.querySelector("[data-from-disk][lang=" + language + "]").hidden = false;
}
`;

/** @param {string | undefined} site @returns {import("vite").Plugin} */
export function page(site = process.env.SITE) {
  return {
    name: "page",
    apply: "build",
    buildStart() {
      this.emitFile({ type: "asset", fileName: "from_disk.js", source: FROM_DISK });
    },
    transformIndexHtml: {
      order: "post",
      handler(html) {
        const charset = '<meta charset="utf-8" />';
        if (!html.includes(charset)) throw new Error(`a page has no ${charset}`);
        let made = html.replace(charset, `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${policy(html)}" />`);
        if (html.includes("data-from-disk"))
          made = made.replace("</head>", '  <script defer src="./from_disk.js"></script>\n  </head>');
        return site && html.includes('property="og:image"') ? atSite(made, new URL(site)) : made;
      },
    },
  };
}

/** With absolute addresses. @param {string} html @param {URL} site */
function atSite(html, site) {
  if (!/^https?:$/.test(site.protocol)) throw new Error(`SITE is ${site.href}, expected an address that begins with https://`);
  const home = site.href.replace(/(\/index\.html|\/)?$/, "/");
  const tags = `<link rel="canonical" href="${home}" />\n    <meta property="og:url" content="${home}" />`;
  return html
    .replace(
      /(<meta (?:property="og:image"|name="twitter:image") content=")([^"]+)/g,
      (_, tag, path) => `${tag}${new URL(path, home).href}`,
    )
    .replace(/( *)(<title>)/, `$1${tags}\n$1$2`);
}
