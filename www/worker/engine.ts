/** Where the compiled engine comes from. The build of a single file has `single/engine.ts` in place of this module. */
import portable from "../../pkg/convrfm_bg.wasm?url";
import fused from "../../pkg/convrfm_fused.wasm?url";
import { fetchPatiently } from "./files";
import { canFuse } from "./fused";

/** @param take  reads the response; see `fetchPatiently` */
export const fetchEngine = <T>(take: (response: Response) => Promise<T>): Promise<T> =>
  fetchPatiently(canFuse() ? fused : portable, take);
