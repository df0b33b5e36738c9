/** What the element loads; see `vite/entries.js`. */
declare module "virtual:files" {
  /** Address of the whole page; empty where there is none. */
  export const home: string;
  /** Addresses of the style files. */
  export const styles: readonly string[];
  /** Loads what an element needs once it is near the screen. */
  export const open: () => Promise<typeof import("./embed/open")>;
}

/** What was measured over several seeds; see `vite/measured.js`. Accuracies are percent of test images. */
declare module "virtual:measured" {
  type Spread = import("./run/generated").Spread;

  interface Methods {
    data: import("./run/generated").SourceName;
    /** Training images. */
    train: number;
    seeds: number;
    fixed: Spread;
    learned: Spread;
  }

  interface WithNetwork extends Methods {
    /** Of a small convolutional network. */
    network: Spread;
  }

  /** Two quantities without labels, with shuffled labels and with true ones. */
  interface Labels<Images> {
    images: Images;
    none: [Spread, Spread];
    shuffled: [Spread, Spread];
    true: [Spread, Spread];
  }

  const measured: {
    sets: WithNetwork[];
    /** The local signal. */
    noise: (WithNetwork & { sigma: number })[];
    /** One level and two, with a ReLU and pooling. */
    deep: (Methods & { deep: Spread })[];
    /** Correlation of the covariance of a layer's filters with the AGOP. */
    ansatz: { seeds: number; layers: { trained: Spread; untrained: Spread; random: Spread; change: Spread }[] };
    edges: {
      seeds: number;
      /** Edges or bars among the eight leading filters, and mean correlation of those that are not constant. */
      matches: Labels<"dead-leaves" | "blurred-leaves" | "files">[];
      /** Correlation of the first filter with a star and with a square. */
      shapes: Labels<"star" | "square">[];
    };
  };
  export default measured;
}
