/**
 * A figure in a frame: `embed.html?figure=filters&theme=dark&run=visible`. It tells its parent its height and its rounds, and takes
 * commands from its parent only. `messages.ts` has the protocol.
 */
import { Host } from "./host.svelte";
import type { Command, Message } from "./messages";
import "./frame.css";

const given = new URLSearchParams(location.search);
const home = new URL("./", location.href).href;
const inFrame = window.parent !== window;

/** The parent's origin, where the browser says it. Nothing that is told is secret, so another one may listen where it does not. */
const origin = location.ancestorOrigins?.[0] ?? (URL.canParse(document.referrer) ? new URL(document.referrer).origin : "*");

function tell(message: Message) {
  if (inFrame) window.parent.postMessage(message, origin === "null" ? "*" : origin);
}

async function start() {
  document.body.dataset.theme = given.get("theme") ?? "auto";
  const host = await Host.open(
    document.body,
    (name) => given.get(name),
    (kind, report) => tell({ type: `convrfm:${kind}`, ...report } as Message),
    home,
    null,
  );

  const tellHeight = () => tell({ type: "convrfm:height", height: Math.ceil(document.body.getBoundingClientRect().height) });
  new ResizeObserver(tellHeight).observe(document.body);

  const commands: Record<Command["type"], (command: Command) => unknown> = {
    "convrfm:height": tellHeight,
    "convrfm:run": () => host.run(),
    "convrfm:pause": () => host.pause(),
    "convrfm:set": (command) => {
      if (!("settings" in command) || typeof command.settings !== "object" || !command.settings) return;
      for (const [name, value] of Object.entries(command.settings)) {
        if (value === null) given.delete(name);
        else given.set(name, String(value));
      }
      document.body.dataset.theme = given.get("theme") ?? "auto";
      host.change((name) => given.get(name), null);
    },
  };
  addEventListener("message", ({ source, data }: MessageEvent<Command | null>) => {
    if (!inFrame || source !== window.parent || typeof data?.type !== "string") return;
    if (Object.hasOwn(commands, data.type)) void commands[data.type](data);
  });
}

start().catch((error: unknown) => {
  // Nothing is shown yet: an old browser, or words that did not arrive.
  const message = error instanceof Error ? error.message : String(error);
  document.body.textContent = message;
  tell({ type: "convrfm:error", message });
});
