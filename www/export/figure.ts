/** A chart of the page as a file that stands alone: the page's colours written out, its paper behind it. */

/** Width and height of a chart that is taken away. */
export const SIZE = { width: 640, height: 400 };

const FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
/** Pixels of the PNG for one of the SVG. */
const SHARPNESS = 2;
const MARGIN = 12;

/** The page's colour of that name (`--paper`), as it is in the scheme in use. */
export const inkOf = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param chart  as Plot draws it */
export function standalone(chart: Element): string {
  const text = new XMLSerializer()
    .serializeToString(chart)
    .replace(/var\((--[\w-]+)\)/g, (_, name) => inkOf(name))
    .replaceAll("inherit", FONT.replaceAll('"', "'"))
    .replaceAll("currentColor", inkOf("--ink"));
  const [width, height] = [SIZE.width + 2 * MARGIN, SIZE.height + 2 * MARGIN];
  const title = chart.getAttribute("aria-label") ?? "";
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<title>${escape(title)}</title><rect width="${width}" height="${height}" fill="${inkOf("--paper")}"/>` +
    `<g fill="${inkOf("--ink")}" transform="translate(${MARGIN} ${MARGIN})">${text}</g></svg>`
  );
}

const escape = (text: string) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);

export async function rasterised(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width * SHARPNESS, image.height * SHARPNESS);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/png" });
}
