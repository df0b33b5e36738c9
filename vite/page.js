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

/** Its address must be absolute, so only a build for a known site has the file. */
const OEMBED = "oembed.json";

/** @param {string | undefined} site @returns {import("vite").Plugin} */
export function page(site = process.env.SITE) {
  return {
    name: "page",
    apply: "build",
    buildStart() {
      this.emitFile({ type: "asset", fileName: "from_disk.js", source: FROM_DISK });
    },
    generateBundle() {
      if (site) this.emitFile({ type: "asset", fileName: OEMBED, source: oembed(homeOf(site)) });
    },
    transformIndexHtml: {
      order: "post",
      handler(html) {
        const charset = '<meta charset="utf-8" />';
        if (!html.includes(charset)) throw new Error(`a page has no ${charset}`);
        let made = html.replace(charset, `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${policy(html)}" />`);
        if (html.includes("data-from-disk"))
          made = made.replace("</head>", '  <script defer src="./from_disk.js"></script>\n  </head>');
        return site && html.includes('property="og:image"') ? atSite(made, homeOf(site)) : made;
      },
    },
  };
}

/** The folder that the site stands in, with a slash at its end. @param {string} site */
function homeOf(site) {
  const url = new URL(site);
  if (!/^https?:$/.test(url.protocol)) throw new Error(`SITE is ${site}, expected an address that begins with https://`);
  return url.href.replace(/(\/index\.html|\/)?$/, "/");
}

/** What a blog that knows oEmbed (https://oembed.com) puts in place of a link to the page: the filters in a frame. @param {string} home */
function oembed(home) {
  const [width, height] = [650, 655];
  const source = `${home}embed.html?figure=filters`;
  const html = `<iframe src="${source}" title="ConvRFM: the filters" width="${width}" height="${height}" style="border:0;max-width:100%"></iframe>`;
  const title = "Watch a kernel machine learn to see";
  const answer = { version: "1.0", type: "rich", title, provider_name: "ConvRFM", provider_url: home, width, height, html };
  return `${JSON.stringify(answer, null, 2)}\n`;
}

/** With absolute addresses. @param {string} html @param {string} home */
function atSite(html, home) {
  const tags = [
    `<link rel="canonical" href="${home}" />`,
    `<meta property="og:url" content="${home}" />`,
    `<link rel="alternate" type="application/json+oembed" href="${home}${OEMBED}" />`,
  ].join("\n    ");
  return html
    .replace(
      /(<meta\s+property="og:image"\s+content=")([^"]+)/g,
      (_, tag, path) => `${tag}${new URL(path, home).href}`,
    )
    .replace(/( *)(<title>)/, `$1${tags}\n$1$2`);
}
