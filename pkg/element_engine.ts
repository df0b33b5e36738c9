/** The compiled engine for the element of the package: its address is behind the # of the worker's own. */
import { fetchPatiently } from "../www/worker/files";

/** @param take  reads the response; see `fetchPatiently` */
export const fetchEngine = <T>(take: (response: Response) => Promise<T>): Promise<T> =>
  fetchPatiently(new URL(import.meta.url).hash.slice(1), take);
