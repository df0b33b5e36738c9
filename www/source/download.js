/**
 * Pieces of files on other people's servers: ranges, redirects, servers that are busy, that ignore ranges or that break
 * off. Whatever happens is answered with bytes of the length asked for, or with a sentence.
 */
import { sources } from "./words.js";
import { keep, recall } from "./cache.js";
import { Said } from "./said.js";

/** @import { Reporter } from "./open.js" */

/** A server that ignores ranges sends the whole file: up to this length it is taken. */
export const WHOLE_FILE_LIMIT = 64 * 2 ** 20;
/** How long the page waits for a busy server by itself; longer waits are the reader's. */
const PATIENCE_S = 30;
/** How often one request is made at most, while the server is busy. */
const TRIES = 3;
/** Where a busy server does not say how long. */
const DEFAULT_WAIT_S = 5;

export class Downloads {
  #signal;
  #report;
  #done = 0;
  /** Whole files of servers that ignore ranges, by address. @type {Map<string, Promise<ArrayBuffer>>} */
  #whole = new Map();
  /** Bytes that are going to be read in all, as far as known; for the progress only. */
  total = 0;

  /**
   * @param {AbortSignal} signal
   * @param {Reporter} report
   */
  constructor(signal, report) {
    this.#signal = signal;
    this.#report = report;
  }

  /**
   * A small answer in JSON.
   * @param {string} url
   * @returns {Promise<any>}
   */
  async json(url) {
    const known = await recall(url, "json");
    const bytes = known ?? (await this.#body(await this.#ask(url, {}), url));
    let value;
    try {
      value = JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      throw new Said(sources.notJson(url));
    }
    if (!known) await keep(url, "json", bytes);
    return value;
  }

  /**
   * A file as a Parquet reader wants it: its length, and any piece of it.
   * @param {string} url
   */
  async file(url) {
    const known = await recall(url, "length");
    const byteLength = known ? Number(new TextDecoder().decode(known)) : await this.#length(url);
    if (!known) await keep(url, "length", new TextEncoder().encode(String(byteLength)).buffer);
    return {
      byteLength,
      /** @param {number} start @param {number} [end] */
      slice: (start, end = byteLength) => this.#piece(url, start, Math.min(end, byteLength), byteLength),
    };
  }

  /** @param {string} url */
  async #length(url) {
    const head = await this.#ask(url, { method: "HEAD" }, [403, 405]);
    const stated = Number(head.headers.get("content-length"));
    if (head.ok && stated > 0) return stated;
    // Signed addresses may be good for GET only; then one byte tells the length of all.
    const answer = await this.#ask(url, { headers: { range: "bytes=0-0" } });
    const length = answer.status === 206 ? Number(/\/(\d+)$/.exec(answer.headers.get("content-range") ?? "")?.[1]) : Number(answer.headers.get("content-length"));
    answer.body?.cancel().catch(() => {});
    if (!(length > 0)) throw new Said(sources.noLength(url));
    return length;
  }

  /**
   * @param {string} url
   * @param {number} start
   * @param {number} end  not included
   * @param {number} length  of the file
   */
  async #piece(url, start, end, length) {
    const whole = this.#whole.get(url);
    if (whole) return (await whole).slice(start, end);
    const piece = `${start}-${end - 1}/${length}`;
    const known = await recall(url, piece);
    if (known?.byteLength === end - start) {
      this.#add(known.byteLength);
      return known;
    }
    const answer = await this.#ask(url, { headers: { range: `bytes=${start}-${end - 1}` } });
    if (answer.status !== 206) {
      const all = this.#whole.get(url) ?? this.#takeWhole(answer, url, length);
      this.#whole.set(url, all);
      return (await all).slice(start, end);
    }
    const total = /\/(\d+)$/.exec(answer.headers.get("content-range") ?? "")?.[1];
    if (total !== undefined && Number(total) !== length) throw new Said(sources.changed(url));
    const bytes = await this.#body(answer, url, end - start);
    await keep(url, piece, bytes);
    return bytes;
  }

  /**
   * @param {Response} answer
   * @param {string} url
   * @param {number} length
   */
  async #takeWhole(answer, url, length) {
    if (length > WHOLE_FILE_LIMIT) {
      answer.body?.cancel().catch(() => {});
      throw new Said(sources.rangesIgnored(url, length, WHOLE_FILE_LIMIT));
    }
    this.total = Math.max(this.total, length);
    const bytes = await this.#body(answer, url, length);
    await keep(url, `0-${length - 1}/${length}`, bytes);
    return bytes;
  }

  /**
   * Reads a body to its end, and says where it broke off.
   * @param {Response} answer
   * @param {string} url
   * @param {number} [expected]
   * @returns {Promise<ArrayBuffer>}
   */
  async #body(answer, url, expected) {
    const chunks = [];
    let length = 0;
    const reader = answer.body?.getReader();
    try {
      for (;;) {
        const next = await reader?.read();
        if (!next || next.done) break;
        chunks.push(next.value);
        length += next.value.length;
        this.#add(next.value.length);
        if (expected !== undefined && length > expected) break;
      }
    } catch {
      this.#signal.throwIfAborted();
      throw new Said(sources.brokenOff(url, length, expected));
    } finally {
      reader?.cancel().catch(() => {});
    }
    if (expected !== undefined && length !== expected) throw new Said(sources.brokenOff(url, length, expected));
    return new Blob(chunks).arrayBuffer();
  }

  /** @param {number} bytes */
  #add(bytes) {
    this.#done += bytes;
    if (this.total) this.#report({ doing: "download", done: Math.min(this.#done, this.total), total: this.total });
  }

  /** The bytes read so far belong to what had to be known first. @param {number} total  bytes that follow */
  expect(total) {
    this.#done = 0;
    this.total = total;
  }

  /**
   * One request, made again while the server is busy and says so.
   * @param {string} url
   * @param {RequestInit} init
   * @param {number[]} [allowed]  refusals that are the caller's affair
   * @returns {Promise<Response>}
   */
  async #ask(url, init, allowed = []) {
    for (let tried = 1; ; tried++) {
      let answer;
      try {
        answer = await fetch(url, { ...init, signal: this.#signal, credentials: "omit" });
      } catch {
        this.#signal.throwIfAborted();
        throw new Said(sources.unreachable(url));
      }
      if (answer.ok || allowed.includes(answer.status)) return answer;
      answer.body?.cancel().catch(() => {});
      if (answer.status !== 429 && answer.status !== 503) throw new Refused(url, answer.status);
      const wait = retryAfter(answer.headers.get("retry-after"));
      if (wait > PATIENCE_S || tried === TRIES) throw new Said(sources.busy(url, answer.status, wait));
      await this.#wait(wait);
    }
  }

  /** @param {number} seconds */
  async #wait(seconds) {
    const until = performance.now() + seconds * 1000;
    for (let left = seconds * 1000; left > 0; left = until - performance.now()) {
      this.#report({ doing: "wait", done: 0, total: Math.ceil(left / 1000) });
      await new Promise((resolve) => setTimeout(resolve, Math.min(left, 250)));
      this.#signal.throwIfAborted();
    }
  }
}

/** The server's answer was no. */
export class Refused extends Said {
  /** @param {string} url @param {number} status */
  constructor(url, status) {
    super(sources.refused(url, status));
    this.status = status;
  }
}

/** Seconds, of a number of seconds or of a date. @param {string | null} header */
function retryAfter(header) {
  if (header === null) return DEFAULT_WAIT_S;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : DEFAULT_WAIT_S;
}
