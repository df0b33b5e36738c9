/** Between the address of the page and what it means, both ways. Nothing in an address can break the page. */
import { hubName } from "../../sources/names";
import { hubPreset, preset } from "./presets";
import { DATA_NAMES, opened } from "./sets";
import { GRID, settle, TABLE } from "./table";
import { formatView, parseView, WHOLE } from "./view";
import type { Side } from "../records";
import type { Correction, Settings } from "./table";
import type { View } from "./view";

/**
 * Reads the address (`?data=star&patch=11`). Anything missing is the data set's preset, anything wrong is corrected and said.
 * What it says of the size of pictures is returned beside: where it says nothing, the pictures decide. What does not apply to
 * the images (the noise level of a set without noise) is passed over.
 */
export function parse(search: string) {
  const given = new URLSearchParams(search);
  const corrections: Correction[] = [];
  const name = given.get("data");
  const hub = hubName(given.get("hub") ?? "");
  const known = name === "own" && opened?.data === "own" ? "own" : DATA_NAMES.find((data) => data === name);
  const fromHub = name === "hub" && hub !== null;
  if (name !== null && !known && !fromHub)
    corrections.push({ key: "data", found: name === "hub" ? `hub ${given.get("hub") ?? ""}` : name, used: "star" });
  const base = fromHub ? hubPreset(hub) : preset(known ?? "star");
  const wanted = { ...base };
  for (const row of TABLE) {
    const { key } = row;
    const text = given.get(key);
    if (text === null) continue;
    if (row.kind === "switch") {
      if (text === "on" || text === "off") wanted[row.key] = text === "on";
      else corrections.push({ key, found: text, used: wanted[row.key] ? "on" : "off" });
      continue;
    }
    if (row.kind === "choice") {
      const choice = row.choices.find((each) => each === text);
      if (choice) wanted[row.key] = choice;
      else corrections.push({ key, found: text, used: wanted[row.key] });
      continue;
    }
    if (row.kind === "power" && text === GRID) {
      wanted[row.key] = GRID;
      continue;
    }
    const value = text.trim() === "" ? NaN : Number(text);
    if (Number.isFinite(value)) wanted[row.key] = value;
    else corrections.push({ key, found: text, used: wanted[row.key] });
  }
  const settled = settle(wanted);
  const idle = TABLE.filter(({ applies }) => !applies(settled.settings)).map(({ key }) => key);
  for (const key of idle) Object.assign(settled.settings, { [key]: base[key] });
  // A preset's value that had to follow a given one is no mistake of the link.
  const asked = [...corrections, ...settled.corrections].filter(
    ({ key }) => key === "data" || (given.has(key) && !idle.some((each) => each === key)),
  );
  const side: Partial<Side> = {
    ...(given.has("side") && { side: settled.settings.side }),
    ...(given.has("colour") && { colour: settled.settings.colour }),
  };
  const { view, corrections: ofView } = parseView(given);
  return { settings: settled.settings, corrections: [...asked, ...ofView], side, view };
}

/** The address of these settings, every one of them spelled out: a later change of a preset must not change what a link shows. */
export function format(settings: Settings, view: View = WHOLE) {
  const search = new URLSearchParams({ data: settings.data });
  if (settings.data === "hub") search.set("hub", settings.hub);
  for (const { key, applies } of TABLE) {
    const value = settings[key];
    if (applies(settings)) search.set(key, typeof value === "boolean" ? (value ? "on" : "off") : String(value));
  }
  formatView(search, view);
  // Names are easier to read with their slashes and commas, which an address may hold.
  return `?${search}`.replaceAll("%2F", "/").replaceAll("%2C", ",");
}
