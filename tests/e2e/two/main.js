/** A host page with two complete instances, each with an address and a language of its own. */
import { mount, unmount } from "svelte";
import AppView from "../../../www/App.svelte";
import { appFor } from "../../../www/run/app.svelte";
import "../../../www/theme.css";

const STAR = "?engine=cpu&data=star&train=40&validation=20&test=40&seed=4&patch=11&depth=1&ridge=0.001&rounds=3&agop=10";
const ROWS =
  "?engine=cpu&data=local-signal&train=80&validation=20&test=60&seed=4&patch=3&depth=2&ridge=0.001&rounds=2&agop=40&lang=es";

/** @param {string} name @param {string} address @param {"en" | "es"} language */
async function put(name, address, language) {
  const target = document.createElement("section");
  target.dataset.instance = name;
  document.body.append(target);
  const app = await appFor(address, language);
  const view = mount(AppView, { target, props: { app } });
  target.addEventListener("end", () => void unmount(view));
  app.visit(address);
}

await put("star", STAR, "en");
await put("rows", ROWS, "es");
