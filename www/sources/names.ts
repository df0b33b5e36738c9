/** Names of data sets on the hub. */

/** The name of a data set in what somebody typed or pasted: `owner/name`, or the address of its page. */
export function hubName(typed: string): string | null {
  const name = typed
    .trim()
    .replace(/^https?:\/\/[^/]+\//, "")
    .replace(/^datasets\//, "")
    .replace(/[?#].*$/, "")
    .split("/")
    .slice(0, 2)
    .join("/");
  return /^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(name) && name.length <= 200 ? name : null;
}
