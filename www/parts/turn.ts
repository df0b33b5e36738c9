/**
 * Building in pieces, one per task, for all instances of a document: in one piece two figures took 160 to 200 ms of a host page (two
 * cores of an AMD EPYC), and nothing else could answer.
 */

const waiting: (() => void)[] = [];
/** What was asked for since the last piece: its own pieces come before what waits longer, so that the page grows from top to bottom. */
const added: (() => void)[] = [];
/** Resolves when nothing waits any more; null while nothing does. */
let building: Promise<void> | null = null;

/** Resolves in a task of its own. */
export function turn(): Promise<void> {
  const mine = new Promise<void>((resolve) => added.push(resolve));
  building ??= build();
  return mine;
}

/** Resolves once nothing waits any more. */
export const built = (): Promise<void> => building ?? Promise.resolve();

async function build() {
  // A message is a task, and does not wait as a timer does. The ports are closed, or they would outlive the last figure.
  const { port1, port2 } = new MessageChannel();
  const task = () =>
    new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
  await task();
  do {
    waiting.unshift(...added.splice(0));
    waiting.shift()?.();
    // In the meantime that is rendered, and asks for its own pieces.
    await task();
  } while (waiting.length || added.length);
  port1.close();
  building = null;
}
