/** Images of the reader's own, from files, the camera or the hub: opening them, and having the worker hold what settings mean. */
import * as Comlink from "comlink";
import { HUB } from "../sources/address";
import { WorkerLost, type Client } from "./client";
import { reason } from "./reason";
import type { About, Opening, OpenRequest, Side, Way } from "./records";
import { hubPreset, isOpened, openedImages, ownPreset, settle, type OpenedImages, type Settings } from "./settings";

/** What the reader has opened, to go back to it. Each opening has a request of its own. */
export interface OpenedSet {
  request: OpenRequest;
  settings: Settings;
  about: About;
  way: Way;
}

export const hubRequest = ({ hub, pool }: Settings): OpenRequest => ({ way: "hub", hub: HUB, name: hub, count: pool });

export class OwnImages {
  opened: OpenedSet | null = $state.raw(null);
  opening: { way: Way; progress: Opening | null } | null = $state.raw(null);
  /** Why the last opening failed. */
  notOpened: { way: Way; error: Error } | null = $state.raw(null);

  #client: Client;
  /** What was opened last and what it was made into. */
  #openedAs: { request: OpenRequest; images: OpenedImages; side: Side | null } | null = null;
  /** How to read again what was opened before it. */
  #requests = new WeakMap<OpenedImages, OpenRequest>();
  /** Whether the worker holds what was opened; a fresh one knows nothing. */
  #held = false;
  /** The opening that may still change something. */
  #latest: object | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Opens images. Until they are there everything stays as it is.
   * @param settings  whose seed and engine stay
   * @param ready  resolves when the worker may be asked
   * @returns whether it worked
   * @throws {WorkerLost}
   */
  async open(request: OpenRequest, settings: Settings, ready: Promise<void>): Promise<boolean> {
    this.abandon();
    const opening = {};
    this.#latest = opening;
    const { way } = request;
    this.opening = { way, progress: null };
    this.notOpened = null;
    try {
      await ready;
      if (this.#latest !== opening) return false;
      await this.read(request, {}, settings);
    } catch (error) {
      if (this.#latest !== opening) return false;
      this.#latest = null;
      this.opening = null;
      if (error instanceof WorkerLost) throw error;
      this.notOpened = { way, error: error instanceof Error ? error : new Error(reason(error)) };
      return false;
    }
    // Overtaken at the last moment, it is held by the worker all the same, and is one click away.
    if (this.#latest !== opening) return false;
    this.#latest = null;
    return true;
  }

  /** Files could not even be listed. */
  fail(error: Error) {
    this.notOpened = { way: "files", error };
  }

  /** Stops the opening in progress. */
  abandon() {
    if (!this.opening) return;
    this.#latest = null;
    void this.#client.tell("abandon");
    this.opening = null;
  }

  /** The worker that held the images has ended. */
  lose() {
    this.#held = false;
    this.opening = null;
  }

  /** The files that settings mean, by the request that opened them. */
  filesOf({ data }: Settings): OpenRequest | null {
    return isOpened(data) ? (this.opened?.request ?? null) : null;
  }

  /** Whether the set that was opened last is the one that the settings mean. */
  isOpened({ data, hub, pool, opened }: Settings) {
    if (!this.#openedAs) return false;
    const { request, images } = this.#openedAs;
    return request.way === "hub"
      ? data === "hub" && request.name === hub && request.count === pool
      : data === "own" && images === opened;
  }

  /** Settings within the limits of what was opened last. */
  settled(settings: Settings): Settings {
    return settle({ ...settings, opened: this.#openedAs?.images ?? null }).settings;
  }

  /** @param known  where the same is read again */
  async read(request: OpenRequest, wanted: Partial<Side>, settings: Settings, known: OpenedImages | null = null) {
    const { way } = request;
    this.opening = { way, progress: null };
    const { about, side } = await this.#client.ask((remote) => remote.open(request, wanted, this.#report()));
    const which = request.way === "hub" ? { data: "hub" as const, hub: request.name } : { data: "own" as const, hub: "" };
    const images = known ?? openedImages(which, about, side);
    this.#requests.set(images, request);
    this.#openedAs = { request, images, side };
    this.#held = true;
    const preset = request.way === "hub" ? hubPreset(request.name, images, request.count, settings) : ownPreset(images, settings);
    this.opened = { request, settings: preset, about, way };
    this.opening = null;
    this.notOpened = null;
  }

  /** Has the worker hold what the settings mean, in the size they say. Returns whether something was read: it limits the settings. */
  async makeSource(settings: Settings): Promise<boolean> {
    if (!isOpened(settings.data)) return false;
    const { side, colour } = settings;
    const isOpenedNow = this.isOpened(settings);
    if (!isOpenedNow || !this.#held) {
      const known = settings.data === "own" || isOpenedNow ? settings.opened : null;
      const request = settings.data === "hub" ? hubRequest(settings) : known && this.#requests.get(known);
      if (!request) return false; // no address and no control leads here
      await this.read(request, { side, colour }, settings, known);
    } else if (this.#openedAs?.side && (this.#openedAs.side.side !== side || this.#openedAs.side.colour !== colour)) {
      this.opening = { way: this.#openedAs.request.way, progress: null };
      const about = await this.#client.ask((remote) => remote.gather({ side, colour }, this.#report()));
      this.#openedAs.side = { side, colour };
      this.opening = null;
      if (this.opened) this.opened = { ...this.opened, about, settings: { ...this.opened.settings, side, colour } };
    } else {
      return false;
    }
    return true;
  }

  #report() {
    return Comlink.proxy((progress: Opening) => {
      if (this.opening) this.opening = { ...this.opening, progress };
    });
  }
}
