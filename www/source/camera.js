/** The webcam: a live picture, and still ones taken from its middle square. */
import { sources } from "./words.js";
import { Said } from "./said.js";

/** Side of a snapshot; the largest that may be chosen as the images' size, so that none is enlarged. */
export const SHOT_SIDE = 64;
/** While a button is held. */
export const SHOTS_PER_SECOND = 8;

export class Camera {
  #stream;
  #video;

  /**
   * @param {MediaStream} stream
   * @param {HTMLVideoElement} video
   */
  constructor(stream, video) {
    this.#stream = stream;
    this.#video = video;
  }

  /**
   * Asks for the camera and shows it in `video`.
   * @param {HTMLVideoElement} video
   */
  static async start(video) {
    if (!navigator.mediaDevices?.getUserMedia) throw new Said(sources.noCameraHere);
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 320 }, height: { ideal: 320 } }, audio: false });
    } catch (error) {
      throw new Said(sources.cameraRefused(error instanceof DOMException ? error.name : ""));
    }
    video.srcObject = stream;
    await video.play();
    return new Camera(stream, video);
  }

  /** The middle square of the moment. @returns {Promise<Blob>} */
  async shot() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    const side = Math.min(width, height);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [SHOT_SIDE, SHOT_SIDE];
    const context = canvas.getContext("2d");
    if (!context || side === 0) throw new Said(sources.noFrame);
    context.drawImage(this.#video, (width - side) / 2, (height - side) / 2, side, side, 0, 0, SHOT_SIDE, SHOT_SIDE);
    const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Said(sources.noFrame);
    return blob;
  }

  /** Gives the camera back. */
  stop() {
    for (const track of this.#stream.getTracks()) track.stop();
    this.#video.srcObject = null;
  }
}
