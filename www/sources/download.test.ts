import { afterEach, expect, test, vi } from "vitest";
import { Downloads, TOTAL_LIMIT } from "./download";

const downloads = () => new Downloads(new AbortController().signal, () => {});

afterEach(() => void vi.unstubAllGlobals());

test("more than the total limit is refused before it is downloaded", () => {
  expect(() => downloads().expect(TOTAL_LIMIT)).not.toThrow();
  expect(() => downloads().expect(TOTAL_LIMIT + 1)).toThrow("downloadTooLarge");
});

test("a server that sends more than it said is left at the limit", async () => {
  const chunk = new Uint8Array(2 ** 20);
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      controller.enqueue(chunk);
      sent += chunk.length;
    },
  });
  vi.stubGlobal("fetch", async () => new Response(endless));
  await expect(downloads().json("https://hub/list")).rejects.toThrow("downloadTooLarge");
  expect(sent).toBeLessThan(TOTAL_LIMIT + 8 * chunk.length);
});
