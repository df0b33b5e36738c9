/** Where the compiled engine comes from. The build of a single file has `single/engine.ts` in place of this module. */
import engine from "../../pkg/convrfm_bg.wasm?url";
import { fetchPatiently } from "./files";

/** @param take  reads the response; see `fetchPatiently` */
export const fetchEngine = <T>(take: (response: Response) => Promise<T>): Promise<T> => fetchPatiently(engine, take);
