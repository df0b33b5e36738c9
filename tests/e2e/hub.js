/**
 * A server with the part of the Hugging Face hub that the page uses: the list of Parquet files, addresses that redirect twice, the
 * second time to another server that supports ranges, and the headers that allow other sites to read the responses. Tests can
 * make it misbehave and read its log of requests.
 */
import { createServer } from "node:http";

/** @import { IncomingMessage, Server, ServerResponse } from "node:http" */
/** @import { Page } from "@playwright/test" */

/** Part of the set, and its files. @typedef {{config: string, revision?: string, licence?: string | string[], splits: Record<string, Buffer[]>}} HubSet */

/**
 * @typedef {object} Manners
 * @property {boolean} ranges  supports ranges
 * @property {boolean} head  supports HEAD at signed addresses
 * @property {boolean} length  sends the length of a file
 * @property {{status: number, times: number, after: string | null} | null} busy  refuses requests this number of times, with this Retry-After
 * @property {number | null} breakAt  closes the connection after this number of bytes
 * @property {number} pace  milliseconds before it sends a body
 * @property {number | null} claim  the length in the response to HEAD, if not that of the file
 */

/** @type {Manners} */
const GOOD = { ranges: true, head: true, length: true, busy: null, breakAt: null, pace: 0, claim: null };

/** A network, and its file of weights. @typedef {{revision: string, licence: string, file: Buffer}} HubNetwork */

/** @param {Record<string, HubSet>} sets  by name @param {Record<string, HubNetwork>} [networks]  by name */
export async function startHub(sets, networks = {}) {
  /** @type {Manners} */
  const manners = { ...GOOD };
  /** @type {{method: string, path: string, range: string | null, status: number, bytes: number}[]} */
  let record = [];
  const cdn = createServer((request, response) => {
    const [, name = "", split = "", number = ""] = /^\/repos\/([^/]+)\/([^/]+)\/(\d+)\?signature=good$/.exec(request.url ?? "") ?? [];
    const weights = /^\/weights\/([^/?]+)\?signature=good$/.exec(request.url ?? "")?.[1] ?? "";
    const file = networks[decodeURIComponent(weights)]?.file ?? sets[decodeURIComponent(name)]?.splits[split]?.[Number(number)];
    if (!file) return answer(request, response, 403, "the signature is wrong");
    if (request.method === "HEAD" && !manners.head) return answer(request, response, 403, "");
    send(request, response, file);
  });
  const cdnAddress = await listen(cdn);
  const hub = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://hub");
    if (manners.busy && manners.busy.times > 0) {
      manners.busy.times--;
      const { status, after } = manners.busy;
      return answer(request, response, status, "slow down", after === null ? {} : { "retry-after": after });
    }
    const network = networks[/^\/api\/models\/([\w.-]+\/[\w.-]+)$/.exec(url.pathname)?.[1] ?? ""];
    if (network) {
      const siblings = [{ rfilename: "README.md", size: 100 }, { rfilename: "model.safetensors", size: network.file.length }];
      return answer(request, response, 200, JSON.stringify({ sha: network.revision, siblings, cardData: { license: network.licence } }), { "content-type": "application/json" });
    }
    const [, repository = "", revision] = /^\/([\w.-]+\/[\w.-]+)\/resolve\/([\w-]+)\/model\.safetensors$/.exec(url.pathname) ?? [];
    if (networks[repository]?.revision === revision && revision) {
      return answer(request, response, 302, "", { location: `${cdnAddress}/weights/${encodeURIComponent(repository)}?signature=good` });
    }
    const listed = /^\/api\/datasets\/([\w.-]+\/[\w.-]+)(\/parquet)?$/.exec(url.pathname);
    const set = sets[listed?.[1] ?? ""];
    if (listed && !set) return answer(request, response, 404, '{"error":"Repository not found"}');
    if (listed?.[2] && set) {
      const splits = Object.fromEntries(
        Object.entries(set.splits).map(([split, files]) => [split, files.map((_, i) => `${hubAddress}/api/datasets/${listed[1]}/parquet/${set.config}/${split}/${i}.parquet`)]),
      );
      return answer(request, response, 200, JSON.stringify({ [set.config]: splits }), { "content-type": "application/json" });
    }
    if (listed && set) {
      return answer(request, response, 200, JSON.stringify({ id: listed[1], sha: set.revision, cardData: { license: set.licence } }), { "content-type": "application/json" });
    }
    const first = /^\/api\/datasets\/([\w.-]+\/[\w.-]+)\/parquet\/([\w-]+)\/([\w-]+)\/(\d+)\.parquet$/.exec(url.pathname);
    if (first) {
      const [, name, config, split, number = ""] = first;
      return answer(request, response, 302, "", { location: `/datasets/${name}/resolve/refs%2Fconvert%2Fparquet/${config}/${split}/${number.padStart(4, "0")}.parquet` });
    }
    const second = /^\/datasets\/([\w.-]+\/[\w.-]+)\/resolve\/refs%2Fconvert%2Fparquet\/([\w-]+)\/([\w-]+)\/(\d{4})\.parquet$/.exec(url.pathname);
    if (second) {
      const [, name = "", , split, number] = second;
      return answer(request, response, 302, "", { location: `${cdnAddress}/repos/${encodeURIComponent(name)}/${split}/${Number(number)}?signature=good` });
    }
    answer(request, response, 404, "not found");
  });
  const hubAddress = await listen(hub);

  /**
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   * @param {number} status
   * @param {string} text
   * @param {Record<string, string>} [headers]
   */
  function answer(request, response, status, text, headers = {}) {
    note(request, status, text.length);
    response.writeHead(status, { ...OPEN, "content-length": String(Buffer.byteLength(text)), ...headers }).end(request.method === "HEAD" ? undefined : text);
  }

  /** @param {IncomingMessage} request @param {ServerResponse} response @param {Buffer} file */
  function send(request, response, file) {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const partly = manners.ranges && from !== undefined;
    const body = partly ? file.subarray(Number(from), Number(to) + 1) : file;
    const status = partly ? 206 : 200;
    note(request, status, request.method === "HEAD" ? 0 : body.length);
    response.writeHead(status, {
      ...OPEN,
      "content-type": "application/octet-stream",
      ...(manners.length || partly ? { "content-length": String((request.method === "HEAD" && manners.claim) || body.length) } : {}),
      ...(partly ? { "content-range": `bytes ${from}-${to}/${file.length}` } : {}),
      ...(manners.ranges ? { "accept-ranges": "bytes" } : {}),
    });
    if (request.method === "HEAD") return response.end();
    setTimeout(() => {
      if (manners.breakAt === null || body.length <= manners.breakAt) return response.end(body);
      response.write(body.subarray(0, manners.breakAt), () => response.destroy());
    }, manners.pace);
  }

  /** @param {IncomingMessage} request @param {number} status @param {number} bytes */
  function note({ method = "", url = "", headers }, status, bytes) {
    record.push({ method, path: url, range: headers.range ?? null, status, bytes });
  }

  return {
    address: hubAddress,
    manners,
    record: () => record,
    /** The set has changed. @param {string} name @param {string} revision */
    revise(name, revision) {
      const set = sets[name];
      if (set) set.revision = revision;
      record = [];
    },
    forget: () => {
      record = [];
      Object.assign(manners, GOOD);
    },
    close: () => Promise.all([stop(hub), stop(cdn)]),
  };
}

/** Headers of every response, as the hub sends them: pages of other sites may read the response and these headers. */
const OPEN = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "range",
  "access-control-expose-headers": "Content-Range, Accept-Ranges, ETag, Retry-After",
};

/** @param {Server} server @returns {Promise<string>} */
async function listen(server) {
  await new Promise((/** @type {(value: void) => void} */ resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

/** @param {Server} server */
function stop(server) {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

/**
 * Makes the page use this server: a deployment with a mirror puts its address into the head of the page, too.
 * @param {Page} page
 * @param {string} address
 * @param {string} [imagenet]  where the weights of the network trained on ImageNet are
 */
export async function useHub(page, address, imagenet = "") {
  await page.route(
    (url) => url.pathname === "/" || url.pathname.endsWith("/index.html"),
    async (route) => {
      const response = await route.fetch();
      const html = (await response.text()).replace(/(<meta name="hub" content=")[^"]*/, `$1${address}`).replace('<meta name="imagenet" content="', (found) => found + imagenet);
      await route.fulfill({ response, body: html });
    },
  );
}
