/** Links to settings: as short as they can be. */
import { format, isOpened, parse, WHOLE, type Settings, type View } from "../run/settings";

/**
 * The address of settings without what follows from the rest of it. Of images from elsewhere everything is kept: their defaults are
 * known only once they are read.
 */
export function shortAddress(settings: Settings, lang: View["lang"]) {
  const whole = format({ ...settings, engine: "auto" }, { ...WHOLE, lang });
  if (isOpened(settings.data)) return whole;
  const search = new URLSearchParams(whole);
  const meant = same(parse(whole).settings);
  for (const [key, value] of [...search]) {
    if (key === "data" || key === "lang") continue;
    search.delete(key);
    if (same(parse(`?${search}`).settings) !== meant) search.set(key, value);
  }
  return `?${search}`.replaceAll("%2F", "/").replaceAll("%2C", ",");
}

const same = (settings: Settings) => JSON.stringify(settings);
