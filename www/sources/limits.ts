/** Bytes of a file of weights of the reader's own: the largest architecture, VGG-19, has 575 MB. */
export const FILE_LIMIT = 640 * 2 ** 20;
