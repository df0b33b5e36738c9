/** The width of an element, told after each layout: reading it at once would lay out the whole page for it. */
import type { Attachment } from "svelte/attachments";

export const widthOf =
  (tell: (pixels: number) => void): Attachment<HTMLElement> =>
  (element) => {
    const observer = new ResizeObserver(() => tell(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  };
