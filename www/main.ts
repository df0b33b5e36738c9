/** Mounts the page: the words of the reader's language first, the engine only after the first paint. */
import { mount } from "svelte";
import Page from "./Page.svelte";
import { appFor } from "./run/app.svelte";
import { hasItsPack } from "./run/packs";
import { learnPacks } from "./run/settings";
import { languageFor } from "./text/language";
import "./theme.css";

learnPacks(hasItsPack);
const language = languageFor(new URLSearchParams(location.search).get("lang"), navigator.languages);
const app = await appFor(location.search, language);
const target = document.body;
target.querySelector("[data-first-paint]")?.remove();
mount(Page, { target, props: { app } });
