/** What an element loads once it is near the screen. All elements of a document share one worker. */
import { shareWorker } from "../run/workers";
import { Host, type Given } from "./host.svelte";
import type { Tell } from "./report.svelte";
import { adoptStyles } from "./styles";

shareWorker();

/** @param room  in the shadow root of the element */
export async function open(
  room: HTMLElement,
  given: Given,
  tell: Tell,
  { home, styles, surrounding }: { home: string; styles: readonly string[]; surrounding: string | null },
): Promise<Host> {
  const root = room.getRootNode();
  if (root instanceof ShadowRoot) await adoptStyles(root, styles);
  return Host.open(room, given, tell, home, surrounding);
}
