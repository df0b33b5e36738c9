/** An error whose message is a sentence for the reader, out of `www/strings`; any other kind is a mistake of the page. */
export class Said extends Error {}
