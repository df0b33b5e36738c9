/** What an instance does by itself while it is on a page: it rests while nobody can be looking, and ends its workers when it goes. */
import type { App } from "./app.svelte";
import { watchAttention } from "./attention";

/** Called while a component is set up. @param element  of the instance, once it is there */
export function attend(app: App, element: () => HTMLElement) {
  $effect(() => watchAttention(element(), (now) => (app.away = now), app.guest));

  // A run rests while nobody can be looking. One that the reader paused stays paused.
  $effect(() => {
    const { away, run } = app;
    const phase = run.results?.phase;
    if (away && phase === "running") {
      run.resting = away;
      void run.pause();
    } else if (!away && run.resting) {
      run.resting = null;
      void run.resume();
    }
  });

  $effect(() => () => {
    // A guest may show another figure of the same run: whoever put it there ends it.
    if (app.guest) return;
    app.run.destroy();
    app.noise?.stop();
    app.shuffled?.stop();
  });
}
