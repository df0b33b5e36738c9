/** For the page around frames: gives each frame the height that its figure needs. */
const figures = () => [...document.querySelectorAll("iframe")].filter(({ src }) => /\/embed\.html(\?|$)/.test(src));

addEventListener("message", ({ data, source, origin }: MessageEvent) => {
  if (data?.type !== "convrfm:height" || !(data.height > 0)) return;
  for (const frame of figures())
    if (frame.contentWindow === source && new URL(frame.src).origin === origin) frame.style.height = `${data.height}px`;
});
// A frame may have loaded before this script. The question is no secret, and of a frame that is still empty the origin is another.
for (const frame of figures()) frame.contentWindow?.postMessage({ type: "convrfm:height" }, "*");
