/**
 * Pieces of files on other people's servers: ranges, redirects, servers that are busy, that ignore ranges or that break
 * off. Whatever happens is answered with bytes of the length asked for, or with a sentence.
 */
import { keep, recall } from "./cache";
import { Refusal, phrase, refusal } from "./phrase";
import type { Reporter } from "./open";

/** A server that ignores ranges sends the whole file: up to this length it is taken. */
export const WHOLE_FILE_LIMIT = 64 * 2 ** 20;
/** Bytes of everything that one opening downloads. */
export const TOTAL_LIMIT = 256 * 2 ** 20;
/** How long the page waits for a busy server by itself; longer waits are the reader's. */
const PATIENCE_S = 30;
/** How often one request is made at most, while the server is busy. */
const TRIES = 3;
/** Where a busy server does not say how long. */
const DEFAULT_WAIT_S = 5;

export class Downloads {
  readonly #signal: AbortSignal;
  readonly #report: Reporter;
  #done = 0;
  /** Bytes received from servers so far. */
  #received = 0;
  /** Whole files of servers that ignore ranges, by address. */
  #whole: Map<string, Promise<ArrayBuffer>> = new Map();
  /** Bytes that are going to be read in all, as far as known; for the progress only. */
  total = 0;

  constructor(signal: AbortSignal, report: Reporter) {
    this.#signal = signal;
    this.#report = report;
  }

  /** A small answer in JSON. What was kept of it serves only where the server cannot be asked. */
  async json(url: string): Promise<unknown> {
    let bytes: ArrayBuffer;
    try {
      // The browser asks whether its own copy is still good.
      bytes = await this.#body(await this.#ask(url, { cache: "no-cache" }), url);
    } catch (error) {
      const known = error instanceof Unreachable ? await recall(url, "json") : null;
      if (!known) throw error;
      bytes = known;
    }
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      throw refusal("notJson", url);
    }
    await keep(url, "json", bytes);
    return value;
  }

  /** A whole file, within the limit. */
  async whole(url: string, revision: string): Promise<ArrayBuffer> {
    const known = await recall(url, `whole ${revision}`);
    if (known) return known;
    const answer = await this.#ask(url, {});
    // Of a body that travels packed the length is another one; a body that breaks off is an error of the browser's.
    const length = answer.headers.has("content-encoding") ? 0 : Number(answer.headers.get("content-length"));
    if (length > TOTAL_LIMIT) {
      answer.body?.cancel().catch(() => {});
      throw refusal("weightsTooLarge", length, TOTAL_LIMIT);
    }
    this.expect(length);
    const bytes = await this.#body(answer, url);
    await keep(url, `whole ${revision}`, bytes);
    return bytes;
  }

  /**
   * A file as a Parquet reader wants it: its length, and any piece of it.
   * @param revision  of the set: what was kept of another one is not used
   */
  async file(url: string, revision: string) {
    const known = await recall(url, `length ${revision}`);
    const byteLength = known ? Number(new TextDecoder().decode(known)) : await this.#length(url);
    if (!known) await keep(url, `length ${revision}`, new TextEncoder().encode(String(byteLength)).buffer);
    return {
      byteLength,
      slice: (start: number, end: number = byteLength) => this.#piece(url, revision, start, Math.min(end, byteLength), byteLength),
    };
  }

  async #length(url: string) {
    const head = await this.#ask(url, { method: "HEAD" }, [403, 405]);
    const stated = Number(head.headers.get("content-length"));
    if (head.ok && stated > 0) return stated;
    // Signed addresses may be good for GET only; then one byte tells the length of all.
    const answer = await this.#ask(url, { headers: { range: "bytes=0-0" } });
    const length =
      answer.status === 206
        ? Number(/\/(\d+)$/.exec(answer.headers.get("content-range") ?? "")?.[1])
        : Number(answer.headers.get("content-length"));
    answer.body?.cancel().catch(() => {});
    if (!(length > 0)) throw refusal("noLength", url);
    return length;
  }

  /**
   * @param end  not included
   * @param length  of the file
   */
  async #piece(url: string, revision: string, start: number, end: number, length: number) {
    const whole = this.#whole.get(url);
    if (whole) return (await whole).slice(start, end);
    const piece = `${revision} ${start}-${end - 1}/${length}`;
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
    if (total !== undefined && Number(total) !== length) throw refusal("changed", url);
    const bytes = await this.#body(answer, url, end - start);
    await keep(url, piece, bytes);
    return bytes;
  }

  async #takeWhole(answer: Response, url: string, length: number) {
    if (length > WHOLE_FILE_LIMIT) {
      answer.body?.cancel().catch(() => {});
      throw refusal("rangesIgnored", url, length, WHOLE_FILE_LIMIT);
    }
    this.total = Math.max(this.total, length);
    return this.#body(answer, url, length);
  }

  /** Reads a body to its end, and says where it broke off. */
  async #body(answer: Response, url: string, expected?: number): Promise<ArrayBuffer> {
    const chunks = [];
    let length = 0;
    const reader = answer.body?.getReader();
    try {
      for (;;) {
        const next = await reader?.read();
        if (!next || next.done) break;
        chunks.push(next.value);
        length += next.value.length;
        this.#received += next.value.length;
        if (this.#received > TOTAL_LIMIT) throw refusal("downloadTooLarge", this.#received, TOTAL_LIMIT);
        this.#add(next.value.length);
        if (expected !== undefined && length > expected) break;
      }
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof Refusal) throw error;
      throw refusal("brokenOff", url, length, expected);
    } finally {
      reader?.cancel().catch(() => {});
    }
    if (expected !== undefined && length !== expected) throw refusal("brokenOff", url, length, expected);
    return new Blob(chunks).arrayBuffer();
  }

  #add(bytes: number) {
    this.#done += bytes;
    if (this.total) this.#report({ doing: "download", done: Math.min(this.#done, this.total), total: this.total });
  }

  /**
   * The bytes read so far belong to what had to be known first.
   * @param total  bytes that follow
   */
  expect(total: number) {
    if (total > TOTAL_LIMIT) throw refusal("downloadTooLarge", total, TOTAL_LIMIT);
    this.#done = 0;
    this.total = total;
  }

  /**
   * One request, made again while the server is busy and says so.
   * @param allowed  refusals that are the caller's affair
   */
  async #ask(url: string, init: RequestInit, allowed: number[] = []): Promise<Response> {
    for (let tried = 1; ; tried++) {
      let answer;
      try {
        answer = await fetch(url, { ...init, signal: this.#signal, credentials: "omit" });
      } catch {
        this.#signal.throwIfAborted();
        throw new Unreachable(url);
      }
      if (answer.ok || allowed.includes(answer.status)) return answer;
      answer.body?.cancel().catch(() => {});
      if (answer.status !== 429 && answer.status !== 503) throw new Refused(url, answer.status);
      const wait = retryAfter(answer.headers.get("retry-after"));
      if (wait > PATIENCE_S || tried === TRIES) throw refusal("busy", url, answer.status, wait);
      await this.#wait(wait);
    }
  }

  async #wait(seconds: number) {
    const until = performance.now() + seconds * 1000;
    for (let left = seconds * 1000; left > 0; left = until - performance.now()) {
      this.#report({ doing: "wait", done: 0, total: Math.ceil(left / 1000) });
      await new Promise((resolve) => setTimeout(resolve, Math.min(left, 250)));
      this.#signal.throwIfAborted();
    }
  }
}

/** There was no answer. */
class Unreachable extends Refusal {
  constructor(url: string) {
    super(phrase("unreachable", url));
  }
}

/** The server's answer was no. */
export class Refused extends Refusal {
  constructor(
    url: string,
    readonly status: number,
  ) {
    super(phrase("refused", url, status));
  }
}

/** Seconds, of a number of seconds or of a date. */
function retryAfter(header: string | null) {
  if (header === null) return DEFAULT_WAIT_S;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : DEFAULT_WAIT_S;
}
