/** A cell of a picture that can be pointed at. */
export interface Cell {
  row: number;
  column: number;
}
