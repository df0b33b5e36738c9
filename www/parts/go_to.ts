/** The way to a chapter of an instance. */

/** Chapters load when they come near and push each other down: the one that was asked for is followed for this long, or until the reader acts. */
const FOLLOW_MS = 3000;
const ACTS = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

/**
 * @param root  holds the chapters
 * @param part  a selector of what is wanted within the chapter, once that is loaded; it takes the focus
 */
export function goTo(root: ParentNode, name: string, part?: string) {
  const chapter = root.querySelector(`[data-chapter="${CSS.escape(name)}"]`);
  if (!chapter) return;
  let focused = false;
  const follow = new ResizeObserver(() => {
    const wanted = part ? chapter.querySelector<HTMLElement>(part) : null;
    (wanted ?? chapter).scrollIntoView();
    if (!wanted || focused) return;
    focused = true;
    wanted.tabIndex = -1;
    wanted.focus({ preventScroll: true });
  });
  const stop = () => {
    follow.disconnect();
    for (const act of ACTS) removeEventListener(act, stop);
  };
  for (const act of ACTS) addEventListener(act, stop, { passive: true });
  for (const section of root.querySelectorAll("[data-chapter]")) follow.observe(section);
  setTimeout(stop, FOLLOW_MS);
}
