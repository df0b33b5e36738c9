/** How to cite the method and this software, in BibTeX. */

import { VERSION } from "../run/generated";

export const PAPER = `@article{beaglehole2023mechanism,
  title   = {Mechanism of feature learning in convolutional neural networks},
  author  = {Beaglehole, Daniel and Radhakrishnan, Adityanarayanan and Pandit, Parthe and Belkin, Mikhail},
  journal = {arXiv preprint arXiv:2309.00570},
  year    = {2023}
}`;

/** @param url  where the page was read */
export const software = (url: string) => `@software{convrfm_browser,
  title   = {ConvRFM in the browser: a kernel machine that learns filters},
  author  = {{The ConvRFM in the browser contributors}},
  version = {${VERSION}},
  url     = {${url}}
}`;
