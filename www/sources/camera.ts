/** The webcam: a live picture, and still ones taken from its middle square. */
import { refusal } from "./phrase";

/** Side of a snapshot; the largest that may be chosen as the images' size, so that none is enlarged. */
export const SHOT_SIDE = 64;
/** While a button is held. */
export const SHOTS_PER_SECOND = 8;

export class Camera {
  readonly #stream: MediaStream;
  readonly #video: HTMLVideoElement;

  private constructor(stream: MediaStream, video: HTMLVideoElement) {
    this.#stream = stream;
    this.#video = video;
  }

  /**
   * Asks for the camera and shows it in `video`.
   * @returns null where `signal` was given while the browser asked the reader; the camera is off then
   */
  static async start(video: HTMLVideoElement, signal: AbortSignal): Promise<Camera | null> {
    if (!navigator.mediaDevices?.getUserMedia) throw refusal("noCameraHere");
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { width: { ideal: 320 }, height: { ideal: 320 } },
        audio: false,
      });
    } catch (error) {
      throw refusal("cameraRefused", error instanceof DOMException ? error.name : "");
    }
    const camera = new Camera(stream, video);
    if (signal.aborted) {
      camera.stop();
      return null;
    }
    signal.addEventListener("abort", () => camera.stop());
    video.srcObject = stream;
    try {
      await video.play();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return signal.aborted ? null : camera;
  }

  /** The middle square of the moment. */
  async shot(): Promise<Blob> {
    const { videoWidth: width, videoHeight: height } = this.#video;
    const side = Math.min(width, height);
    const canvas = this.#video.ownerDocument.createElement("canvas");
    [canvas.width, canvas.height] = [SHOT_SIDE, SHOT_SIDE];
    const context = canvas.getContext("2d");
    if (!context || side === 0) throw refusal("noFrame");
    context.drawImage(this.#video, (width - side) / 2, (height - side) / 2, side, side, 0, 0, SHOT_SIDE, SHOT_SIDE);
    const blob = await new Promise((resolve: (blob: Blob | null) => void) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw refusal("noFrame");
    return blob;
  }

  /** Gives the camera back. */
  stop() {
    for (const track of this.#stream.getTracks()) track.stop();
    this.#video.srcObject = null;
  }
}
