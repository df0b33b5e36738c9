/** The computing side in the page's one file: its script, with the compiled engine before it, is made into a blob. */
import engine from "virtual:engine";
import script from "virtual:worker";
import { scriptAddress } from "../run/trusted";

let address: string | undefined;

/** No request can fail here: each try is the same. */
export function startWorker(_tried: number, name: string = ""): Worker {
  const parts = [`self.convrfmEngine="${engine}";self.convrfmProgram=()=>{`, script, "};self.convrfmProgram()"];
  address ??= URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
  return new Worker(scriptAddress(address), { name });
}
