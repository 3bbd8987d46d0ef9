/** What is used of npm:seek-bzip, which has no types of its own. */
declare const Bunzip: {
  /** Unpacks `input` into `output`; throws when it is corrupt. `multistream`: several streams in one file. */
  decode(input: Uint8Array, output: { writeByte(byte: number): void; flush(): void }, multistream: boolean): void;
};
export default Bunzip;
