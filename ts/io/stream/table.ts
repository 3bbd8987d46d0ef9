/** Columns of numbers that grow by rows of text: the lists of a stream. */

/** A number at least as strict as CrystFEL's own reading: NaN for what is none. */
export function numberOf(word: string): number {
  return word === "" ? NaN : Number(word);
}

/** Rows of numbers and, in their last column, a name. */
export class Table {
  readonly #columns: Float64Array[];
  readonly names: string[] = [];

  constructor(readonly width: number) {
    this.#columns = Array.from({ length: width }, () => new Float64Array(64));
  }

  get length(): number {
    return this.names.length;
  }

  /** Adds a row; false when it has another number of words, or one of them is no number. */
  add(line: string): boolean {
    const words = line.trim().split(/\s+/);
    if (words.length !== this.width + 1) return false;
    const row = this.length;
    for (let i = 0; i < this.width; i++) {
      const value = numberOf(words[i]);
      // CrystFEL prints "nan" where nothing could be measured.
      if (Number.isNaN(value) && !/^[-+]?nan$/i.test(words[i])) return false;
      if (row === this.#columns[i].length) this.#grow();
      this.#columns[i][row] = value;
    }
    this.names.push(words[this.width]);
    return true;
  }

  /** A column, without a copy. */
  column(index: number): Float64Array {
    return this.#columns[index].subarray(0, this.length);
  }

  #grow(): void {
    for (const [i, column] of this.#columns.entries()) {
      const larger = new Float64Array(2 * column.length);
      larger.set(column);
      this.#columns[i] = larger;
    }
  }
}
