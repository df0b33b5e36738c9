/** What the engine needs of the browser, found out before anything of it is loaded. */

export type Missing = "WebAssembly" | "SIMD";

/** A module of one function, `i8x16.popcnt(i8x16.splat(0))`: valid where there are 128-bit vectors. */
const VECTORS = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // types: () -> v128
  ...[0x03, 0x02, 0x01, 0x00], // functions: one of that type
  ...[0x0a, 0x0a, 0x01, 0x08, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0xfd, 0x62, 0x0b], // code: i32.const 0, the two, end
]);

export function firstMissing(): Missing | null {
  if (typeof WebAssembly === "undefined") return "WebAssembly";
  return WebAssembly.validate(VECTORS) ? null : "SIMD";
}

/** What the page itself needs beyond the engine, by the name that a reader could look up. */
const PAGE_NEEDS: Record<string, () => boolean> = {
  "CSS light-dark()": () => CSS.supports("color", "light-dark(#000, #fff)"),
  "CSS :has()": () => CSS.supports("selector(:has(*))"),
  popover: () => "popover" in HTMLElement.prototype,
};

/** What the page needs and this browser lacks. Chrome 123, Firefox 125 and Safari 17.5, all of 2024, have everything. */
export function missingForPage(): string[] {
  return Object.keys(PAGE_NEEDS).filter((name) => !PAGE_NEEDS[name]?.());
}
