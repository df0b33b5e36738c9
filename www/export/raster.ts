/** An SVG as a PNG. */

/** @param sharpness  pixels of the PNG for one of the SVG */
export async function png(svg: string, sharpness = 2): Promise<Blob> {
  const image = new Image();
  image.src = dataUrl(svg);
  await image.decode();
  const canvas = new OffscreenCanvas(image.width * sharpness, image.height * sharpness);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser gave no canvas to draw on");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/png" });
}

export const dataUrl = (svg: string) => `data:image/svg+xml,${encodeURIComponent(svg)}`;
