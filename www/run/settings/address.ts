/** Between the address of the page and what it means, both ways. Nothing in an address can break the page. */
import { hubName } from "../../sources/names";
import { hubPreset, ownPreset, preset, presetOf } from "./presets";
import { ALL, builtInNamed, type Catalogue } from "./sets";
import { GRID, settle, TABLE, type Correction, type Row, type Settings } from "./table";
import { formatView, parseView, VIEW_KEYS, WHOLE, type View } from "./view";
import type { Side } from "../records";

/** The set of an address that names none. */
export const FIRST_SET = "dead-leaves";

/** Names of an address; all others are corrected, but for those that sites add to the links on them. */
export const NAMES: readonly string[] = ["data", "hub", ...TABLE.map(({ key }) => key), ...VIEW_KEYS];
const ADDED_BY_SITES = /^(utm_\w+|\w*clid|mc_\w+|igshid|ref|ref_src|si|source|_ga|_gl)$/;

export interface Parsed {
  settings: Settings;
  corrections: Correction[];
  /** what the address says of the size of pictures; where it says nothing, the pictures decide */
  side: Partial<Side>;
  view: View;
}

/**
 * Reads an address (`?data=star&patch=11`), names in any case. Anything missing is the data set's preset, anything wrong is corrected
 * and said. What does not apply to the images (the noise level of a set without noise) is passed over.
 */
export function parse(search: string, catalogue: Catalogue = ALL): Parsed {
  const given = lowerCase(new URLSearchParams(search));
  const corrections: Correction[] = [];
  const unknown = [...given.keys()].filter((name) => name && !NAMES.includes(name) && !ADDED_BY_SITES.test(name));
  if (unknown.length) corrections.push({ key: "unknown", found: unknown.join(", "), used: "" });
  const base = baseOf(given, catalogue, corrections);
  const wanted = { ...base };
  for (const row of TABLE) {
    const text = given.get(row.key);
    if (text !== null && !take(row, text, wanted)) corrections.push({ key: row.key, found: text, used: shown(wanted[row.key]) });
  }
  const settled = settle(wanted);
  const idle = TABLE.filter(({ applies }) => !applies(settled.settings)).map(({ key }) => key);
  for (const key of idle) Object.assign(settled.settings, { [key]: base[key] });
  // A preset's value that had to follow a given one is no mistake of the link.
  const asked = [...corrections, ...settled.corrections].filter(
    ({ key }) => !TABLE.some((row) => row.key === key) || (given.has(key) && !idle.some((each) => each === key)),
  );
  const side: Partial<Side> = {
    ...(given.has("side") && { side: settled.settings.side }),
    ...(given.has("colour") && { colour: settled.settings.colour }),
  };
  const { view, corrections: ofView } = parseView(given);
  return { settings: settled.settings, corrections: [...asked, ...ofView], side, view };
}

/** The first value of every name, by the name in small letters. */
function lowerCase(given: URLSearchParams): URLSearchParams {
  const lower = new URLSearchParams();
  for (const [name, value] of given) {
    const key = name.toLowerCase();
    if (!lower.has(key)) lower.set(key, value);
  }
  return lower;
}

/** What the settings of an address start from. */
function baseOf(given: URLSearchParams, { offered, opened }: Catalogue, corrections: Correction[]): Settings {
  const text = given.get("data");
  if (text === null) return preset(FIRST_SET);
  const name = text.trim().toLowerCase();
  const hub = hubName(given.get("hub") ?? "");
  if (name === "hub" && hub !== null) return hubPreset(hub, opened?.data === "hub" && opened.hub === hub ? opened : null);
  if (name === "own" && opened?.data === "own") return ownPreset(opened);
  const known = builtInNamed(text, offered);
  if (known) return preset(known);
  corrections.push({ key: "data", found: name === "hub" ? `hub ${given.get("hub") ?? ""}` : text, used: FIRST_SET });
  return preset(FIRST_SET);
}

/** Puts a value of the address among the settings, if it is one at all. */
function take(row: Row, text: string, into: Settings): boolean {
  const word = text.trim().toLowerCase();
  switch (row.kind) {
    case "switch":
      if (word !== "on" && word !== "off") return false;
      into[row.key] = word === "on";
      return true;
    case "choice": {
      const choice = row.choices.find((each) => each === word);
      if (choice) into[row.key] = choice;
      return choice !== undefined;
    }
    case "power":
      if (word === GRID) {
        into[row.key] = GRID;
        return true;
      }
  }
  const value = word === "" ? NaN : Number(word);
  if (!Number.isFinite(value)) return false;
  into[row.key] = value;
  return true;
}

const shown = (value: Settings[Row["key"]]) => (typeof value === "boolean" ? (value ? "on" : "off") : value);

/** The address of these settings: the data set, and what differs from its preset. */
export function format(settings: Settings, view: View = WHOLE): string {
  const search = new URLSearchParams({ data: settings.data });
  if (settings.data === "hub") search.set("hub", settings.hub);
  // Seed and engine of a preset are the reader's; in an address they are left out where they are the first ones.
  const { seed, engine, pool } = preset(FIRST_SET);
  const usual = presetOf({ ...settings, seed, engine, pool });
  for (const { key, applies } of TABLE) {
    if (applies(settings) && settings[key] !== usual[key]) search.set(key, String(shown(settings[key])));
  }
  formatView(search, view);
  // Names are easier to read with their slashes and commas, which an address may hold.
  return `?${search}`.replaceAll("%2F", "/").replaceAll("%2C", ",");
}
