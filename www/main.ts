/** Mounts the page: the words of the reader's language first, the engine only after the first paint. */
import { mount } from "svelte";
import Page from "./Page.svelte";
import { appFor } from "./run/app.svelte";
import { languageFor } from "./text/language";
import "./theme.css";

const app = await appFor(location.search, languageFor(navigator.languages));
const target = document.body;
target.querySelector("[data-first-paint]")?.remove();
mount(Page, { target, props: { app } });
