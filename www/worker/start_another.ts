/** Starts another worker with the script of this one. The build of a single file has `single/start_another.ts` in place of this module. */
import { scriptAddress } from "../run/trusted";

export const startAnother = (name: string) => new Worker(scriptAddress(self.location.href), { type: "module", name });
