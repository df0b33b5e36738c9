/** Mounts the page: the words of the reader's language first, the engine only after the first paint. */
import { mount } from "svelte";
import Page from "./Page.svelte";
import { appFor } from "./run/app.svelte";
import { missingForPage } from "./run/needs";
import { languageFor } from "./text/language";
import "./theme.css";

// No `await` of the module itself: the words import from the file that this is built into, and would wait for it in turn.
async function start() {
  const app = await appFor(location.search, languageFor(navigator.languages));
  const firstPaint = document.querySelector("[data-first-paint]");
  const missing = missingForPage();
  if (missing.length) {
    const paragraph = document.createElement("p");
    paragraph.setAttribute("role", "alert");
    paragraph.textContent = app.words.errors.oldBrowser(missing.join(", "));
    firstPaint?.append(paragraph);
  } else {
    firstPaint?.remove();
    mount(Page, { target: document.body, props: { app } });
  }
}

void start();
