import { afterEach, expect, test, vi } from "vitest";

afterEach(() => void vi.unstubAllGlobals());

test("a cache that fails, as in private windows, keeps nothing and stops nothing", async () => {
  const fail = () => Promise.reject(new DOMException("The operation is insecure.", "SecurityError"));
  vi.stubGlobal("caches", { open: fail, delete: fail });
  const { empty, keep, recall, size } = await import("./cache");
  await keep("https://hub/list", "json", new ArrayBuffer(4));
  expect(await recall("https://hub/list", "json")).toBeNull();
  expect(await size()).toBe(0);
  await empty();
});
