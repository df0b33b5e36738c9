/** The result files: what the engine writes and, in the JSON, what only the page knows. */
import type { Settings } from "../run/settings";
import { VERSION } from "../run/generated";

/**
 * @param bytes  the engine's JSON
 * @param address  of these settings
 */
export function withPage(bytes: Uint8Array, settings: Settings, address: string): string {
  const results = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  return JSON.stringify({ ...results, page: { address, version: VERSION, settings } });
}
