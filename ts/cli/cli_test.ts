/** The command line as users run it: a process of its own, with the two permissions that it needs. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { braggsieve, braggsieveProcess, dataPath, dataTest, inFolder } from "../testing.ts";

const names = (folder: string) => [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();

const SIMULATE = [
  "simulate",
  "-o",
  "sim.h5",
  "-n",
  "3",
  "--width",
  "200",
  "--height",
  "180",
  "--beam-x",
  "99",
  "--beam-y",
  "91",
];

Deno.test("simulate, sparsify, densify, peaks, integrate and info work one after the other", () =>
  inFolder(async (folder) => {
    const run = async (...words: string[]) => {
      const outcome = await braggsieve(words, folder);
      assert.equal(outcome.code, 0, `${words.join(" ")}: ${outcome.error}`);
      assert.doesNotMatch(outcome.error, /\bat (file|async)\b/);
      return outcome.out;
    };
    assert.match(await run(...SIMULATE), /^sim\.h5: 3 frames, .* with sim\.poni and sim\.geom, engine wasm, 1 job\n$/);
    const json = JSON.parse(
      await run("sparsify", "-p", "sim.poni", "-o", "sparse.h5", "--bins", "100", "--json", "sim.h5"),
    );
    assert.equal(json.frames, 3);
    assert.equal(json.settings.bins, 100);
    assert.equal(json.hdf5, "h5wasm", "no --allow-ffi");
    assert.equal(json.outputBytes, (await Deno.stat(join(folder, "sparse.h5"))).size);
    assert.ok(json.keptPixels > 0 && json.keptPixels < json.validPixels);
    assert.match(await run("densify", "sparse.h5"), /^sparse_dense\.h5: 3 frames/);
    assert.match(
      await run("peaks", "-p", "sim.geom", "-o", "peaks.cxi", "--geom", "peaks.geom", "sim.h5::/entry/data/data"),
      /peaks/,
    );
    const geom = await Deno.readTextFile(join(folder, "peaks.geom"));
    assert.match(geom, /^data = \/entry_1\/data_1\/data$[^]*^peak_list = \/entry_1\/result_1$/m);
    await run("peaks", "-p", "peaks.geom", "--no-frames", "-o", "again.cxi", "sim.h5");
    await run("integrate", "-o", "curves.dat", "--unit", "q_nm^-1", "sim.h5");
    assert.match(await run("info", "sparse.h5"), /frames: 3 of 180 × 200 uint16[^]*kept: \d+ to \d+ per frame/);
    assert.match(await run("info", "peaks.cxi"), /peaks: \d+ to \d+ per frame/);
    const facts = JSON.parse(await run("info", "--frame", "2", "--json", "sim.h5"));
    assert.equal(facts.frames, 3);
    assert.equal(facts.frame.index, 2);
    assert.equal(facts.frame.background.mean.length, 800);
    // A dataset named without its first slash has the same mask and geometry.
    const bare = JSON.parse(await run("info", "--frame", "2", "--json", "sim.h5::entry/data/data"));
    assert.ok(bare.maskedPixels > 0);
    assert.deepEqual([bare.maskedPixels, bare.frame], [facts.maskedPixels, facts.frame]);
    assert.ok(!names(folder).some((name) => name.endsWith(".part")));
  }));

Deno.test("each documented option changes the result", () =>
  inFolder(async (folder) => {
    assert.equal((await braggsieve(SIMULATE, folder)).code, 0);
    const facts = async (...options: string[]) => {
      const { code, out, error } = await braggsieve(["info", "--frame", "1", "--json", ...options, "sim.h5"], folder);
      assert.equal(code, 0, error);
      return JSON.stringify(JSON.parse(out).frame);
    };
    // A map that is 1 in the upper half: as mask, as dark field in counts, and as flat field.
    const npy = `\x93NUMPY\x01\0\x76\0{'descr': '|u1', 'fortran_order': False, 'shape': (180, 200), }`.padEnd(127) +
      "\n";
    const half = Buffer.alloc(180 * 200).fill(1, 0, 90 * 200);
    await Deno.writeFile(join(folder, "half.npy"), Buffer.concat([Buffer.from(npy, "latin1"), half]));
    const plain = await facts();
    assert.equal(await facts(), plain);
    const changes = [
      ["--bins", "50"],
      ["--unit", "2th_deg"],
      ["--error-model", "poisson"],
      ["--cutoff-clip", "9"],
      ["--cycle", "0"],
      ["--noise", "9"],
      ["--cutoff-pick", "7"],
      ["-m", "half.npy"],
      ["--dark", "half.npy"],
      ["--flat", "half.npy"],
      ["--cutoff-peak", "8"],
      ["--patch-size", "3"],
      ["--connected", "9"],
      ["-A"],
      ["-P", "0.99"],
      ["--dummy", "5", "--delta-dummy", "2"],
    ];
    for (const change of changes) assert.notEqual(await facts(...change), plain, change.join(" "));
  }));

/** A CBF file that is cut short. */
const TRUNCATED = Buffer.concat([
  Buffer.from(
    '###CBF: VERSION 1.5\r\n--CIF-BINARY-FORMAT-SECTION--\r\nContent-Type: application/octet-stream;\r\n     conversions="x-CBF_BYTE_OFFSET"\r\n' +
      "X-Binary-Size: 100\r\nX-Binary-Size-Fastest-Dimension: 10\r\nX-Binary-Size-Second-Dimension: 10\r\n\r\n",
  ),
  Buffer.from([0x0c, 0x1a, 4, 0xd5, 1, 2, 3]),
]);

Deno.test("bad input gives one sentence that names the file, its exit status, and no output file", () =>
  inFolder(async (folder) => {
    assert.equal((await braggsieve(SIMULATE, folder)).code, 0);
    const poni = await Deno.readTextFile(join(folder, "sim.poni"));
    const write = (name: string, content: string | Uint8Array) =>
      Deno.writeFile(join(folder, name), typeof content === "string" ? new TextEncoder().encode(content) : content);
    await write("blind.poni", poni.replace(/^Wavelength.*$/m, "").replace(/"max_shape":\[\d+,\d+\],/, ""));
    await write("other.poni", poni.replace(/"max_shape":\[\d+,\d+\]/, '"max_shape":[10,20]'));
    await write("cut.cbf", TRUNCATED);
    await write("packed.cbf", Buffer.from(TRUNCATED.toString("latin1").replace("BYTE_OFFSET", "PACKED"), "latin1"));
    await write("empty.h5", "");
    await write("text.h5", "no frames at all\n");
    await write("cut.h5", (await Deno.readFile(join(folder, "sim.h5"))).subarray(0, 3000));
    await write("taken.h5", "mine");
    // The header of a NumPy array of bytes takes 128 bytes; the mask is 1 everywhere.
    const npy = `\x93NUMPY\x01\0\x76\0{'descr': '|u1', 'fortran_order': False, 'shape': (180, 200), }`.padEnd(127) +
      "\n";
    await write("all.npy", Buffer.concat([Buffer.from(npy, "latin1"), Buffer.alloc(180 * 200, 1)]));
    await write("short.npy", Buffer.concat([Buffer.from(npy, "latin1"), Buffer.alloc(100, 1)]));
    await write("other.npy", Buffer.from(npy.replace("180, 200", "200, 180"), "latin1"));
    await Deno.mkdir(join(folder, "folder"));
    assert.equal((await braggsieve(["sparsify", "-o", "s.h5", "sim.h5"], folder)).code, 0);
    const before = names(folder);
    const p = ["-p", "sim.poni"];
    const cases: [string[], 1 | 2, RegExp][] = [
      [["sparsify", ...p, "-o", "o.h5", "none.cbf"], 1, /none\.cbf: no such file/],
      [["sparsify", ...p, "-o", "o.h5", "empty.h5"], 1, /empty\.h5: is empty/],
      [["sparsify", ...p, "-o", "o.h5", "text.h5"], 1, /text\.h5: is no frame file/],
      [["sparsify", ...p, "-o", "o.h5", "cut.h5"], 1, /cut\.h5/],
      [["sparsify", ...p, "-o", "o.h5", "cut.cbf"], 1, /cut\.cbf .*truncated: 3 of 100 bytes/],
      [["peaks", ...p, "-o", "o.cxi", "packed.cbf"], 1, /packed\.cbf .*x-CBF_PACKED is not supported/],
      [["sparsify", ...p, "-o", "o.h5", "sim.h5::/entry/none"], 1, /sim\.h5.*\/entry\/none/],
      [["sparsify", ...p, "-o", "o.h5", "sim.h5", "none.h5"], 1, /none\.h5: no such file/],
      [["sparsify", "-p", "none.poni", "-o", "o.h5", "sim.h5"], 1, /none\.poni: no such file/],
      [["sparsify", "-p", "text.h5", "-o", "o.h5", "sim.h5"], 1, /text\.h5: is neither a PONI file nor/],
      [["sparsify", "-p", "other.poni", "-o", "o.h5", "sim.h5"], 1, /other\.poni: .*10 × 20 .* 180 × 200/],
      [["sparsify", ...p, "-m", "cut.cbf", "-o", "o.h5", "sim.h5"], 1, /cut\.cbf/],
      [["sparsify", ...p, "-o", "taken.h5", "sim.h5"], 1, /taken\.h5: exists already; add --force/],
      [["sparsify", ...p, "-o", "none/o.h5", "sim.h5"], 1, /none\/o\.h5: the folder none does not exist/],
      [["densify", "-o", "o.h5", "sim.h5"], 1, /sim\.h5/],
      [["densify", "-N", "2", "-o", "o.h5", "sim.h5"], 2, /--noise must be a number from 0 to 1/],
      [["sparsify", ...p, "-o", "sim.h5", "--force", "sim.h5"], 2, /sim\.h5 is an input and an output/],
      [["sparsify", ...p, "-o", "sim.poni", "--force", "sim.h5"], 2, /sim\.poni is an input and an output/],
      [["integrate", ...p, "-m", "all.npy", "-o", "./all.npy", "-f", "sim.h5"], 2, /extension says no format/],
      [["peaks", ...p, "-m", "all.npy", "-o", "./all.npy", "-f", "sim.h5"], 2, /all\.npy is an input and an output/],
      [["peaks", ...p, "-o", "o.cxi", "--geom", "sim.poni", "-f", "sim.h5"], 2, /sim\.poni is an input and an output/],
      [["densify", "-o", "o.h5", "--geom", "o.h5", "s.h5"], 2, /o\.h5 is the name of two outputs/],
      [["densify", "-o", "o.h5", "--geom", "s.h5", "-f", "s.h5"], 2, /s\.h5 is an input and an output/],
      [["sparsify", ...p, "-o", "", "sim.h5"], 2, /the name of an output is empty/],
      [["sparsify", ...p, "-m", "all.npy", "-o", "o.h5", "sim.h5"], 1, /sim\.h5: .*every pixel is masked; check/],
      [["sparsify", ...p, "-m", "short.npy", "-o", "o.h5", "sim.h5"], 1, /short\.npy: holds 100 bytes of pixels/],
      [["sparsify", ...p, "-m", "other.npy", "-o", "o.h5", "sim.h5"], 1, /other\.npy/],
      [["sparsify", ...p, "-m", "sim.h5::/none", "-o", "o.h5", "sim.h5"], 1, /sim\.h5 \(\/none\): there is no such/],
      [["sparsify", ...p, "-o", "o.h5", "folder"], 1, /folder: is a folder; name a file/],
      [["sparsify", ...p, "-o", "folder", "-f", "sim.h5"], 1, /folder: is a folder; name a file/],
      [["sparsify", ...p, "-o", "o.h5", "s.h5"], 1, /s\.h5: this file holds sparse frames; .*densify/],
      [["demo", "-n", "0", "-o", "made"], 2, /0 frames cannot be simulated/],
      [["demo", "-n", "1", "-o", "taken.h5"], 1, /taken\.h5: is a file, not a folder/],
      [["sparsify", ...p, "-o", "o.h5"], 2, /missing required argument 'files'/],
      [["sparsify", ...p, "sim.h5"], 2, /option --output must be given/],
      [["sparsify", ...p, "-o", "o.h5", "--bins", "many", "sim.h5"], 2, /--bins.*not a number/],
      [["sparsify", ...p, "-o", "o.h5", "--bins", "-3", "sim.h5"], 2, /--bins must be a whole number/],
      [["sparsify", ...p, "-o", "o.h5", "-P", "2", "sim.h5"], 2, /--polarization must be/],
      [["sparsify", ...p, "-o", "o.h5", "--unit", "furlong", "sim.h5"], 2, /--unit/],
      [["peaks", ...p, "-o", "o.cxi", "--patch-size", "4", "sim.h5"], 2, /--patch-size must be one of 3, 5/],
      [["peaks", ...p, "-o", "o.cxi", "--engine", "native", "sim.h5"], 2, /no engine "native"/],
      [["integrate", ...p, "-o", "o.png", "sim.h5"], 2, /o\.png: its extension/],
      [["info", "--frame", "3", "sim.h5"], 2, /sim\.h5 has frames 0 to 2/],
      [["simulate", "-o", "new.h5", "--width", "-1"], 2, /width/],
      [["divide"], 2, /unknown command 'divide'/],
      [["sparsifi"], 2, /unknown command 'sparsifi' \(did you mean sparsify\?\)\n\(add --help for the options\)/],
      [["--colour", "info"], 2, /unknown option '--colour'/],
      [["info", "--colour", "sim.h5"], 2, /unknown option '--colour'/],
      [["info", "--no-json", "sim.h5"], 2, /unknown option '--no-json'/],
      [["info", "--j", "sim.h5"], 2, /unknown option '--j'/],
      [["info", "-z", "sim.h5"], 2, /unknown option '-z'/],
      [["info", "sim.h5", "--bins"], 2, /option --bins must be given, with a value/],
      [["info", "--bins=", "sim.h5"], 2, /--bins: '' is not a number/],
      [["info", "--bins", "3", "--bins", "4", "sim.h5"], 2, /option --bins is given twice/],
      [["info", "--error-model", "none", "sim.h5"], 2, /--error-model: 'none' is none of azimuthal, poisson, hybrid/],
      [["densify", "s.h5", "sim.h5"], 2, /too many arguments, from 'sim\.h5' on/],
      [["info", "--", "--json"], 1, /--json: no such file/],
    ];
    for (const [words, code, message] of cases) {
      const outcome = await braggsieve(words, folder);
      const what = `${words.join(" ")}: ${outcome.error}`;
      assert.equal(outcome.code, code, what);
      assert.match(outcome.error, message, what);
      assert.doesNotMatch(outcome.error, /\n {4}at |unexpected/, what);
      assert.equal(outcome.out, "", what);
      assert.deepEqual(names(folder), before, what);
    }
    // q needs a wavelength; frames without any of their own
    const bare = ["integrate", "-p", "blind.poni", "--unit", "q_nm^-1", "-o", "o.dat", "frames.h5"];
    await write("frames.h5", await Deno.readFile(join(folder, "sim.h5")));
    const outcome = await braggsieve(bare, folder);
    assert.equal(outcome.code, 0, "the frames' own wavelength fills in for the PONI's");
    assert.equal(await Deno.readTextFile(join(folder, "taken.h5")), "mine");
  }));

Deno.test("values may be negative or stand in the option's word; options may follow the files; -- ends them", () =>
  inFolder(async (folder) => {
    assert.equal((await braggsieve(SIMULATE, folder)).code, 0);
    await Deno.copyFile(join(folder, "sim.h5"), join(folder, "-f"));
    const spellings = [
      ["-p", "sim.poni", "-P", "-0.99", "--dummy", "-2", "-A", "-f", "--json", "-o", "sparse.h5", "sim.h5"],
      ["sim.h5", "--poni=sim.poni", "--polarization=-0.99", "--dummy=-2", "--output=sparse.h5", "--json", "-Af"],
      ["sim.h5", "-psim.poni", "-P-.99", "--dummy", "-0.2e1", "--solidangle", "--force", "-osparse.h5", "--json"],
      ["-p=sim.poni", "-P=-0.99", "--dummy=-2", "-fA", "--debug", "--json", "-o", "sparse.h5", "--", "-f"],
    ];
    const settings: unknown[] = [];
    for (const words of spellings) {
      const { code, out, error } = await braggsieve(["sparsify", ...words], folder);
      assert.equal(code, 0, error);
      settings.push(JSON.parse(out).settings);
    }
    assert.partialDeepStrictEqual(settings[0], { polarizationFactor: -0.99, dummy: -2, solidAngle: true });
    for (const other of settings.slice(1)) assert.deepEqual(other, settings[0]);
  }));

Deno.test("--version and --help answer on stdout, no words at all are wrong; --debug tells where an error arose", () =>
  inFolder(async (folder) => {
    const plain = await braggsieve(["-V"], folder, []);
    assert.match(plain.out, /^\d+\.\d+\.\d+\n$/);
    assert.deepEqual(await braggsieve(["--version"], folder, []), plain);
    const help = await braggsieve(["-h"], folder, []);
    assert.deepEqual(await braggsieve(["help"], folder, []), help);
    assert.deepEqual(await braggsieve([], folder, []), { code: 2, out: "", error: help.out });
    const info = await braggsieve(["info", "-h"], folder, []);
    assert.deepEqual(await braggsieve(["help", "info"], folder, []), info);
    for (const line of (help.out + info.out).split("\n")) assert.ok(line.length <= 80, line);
    const told = await braggsieve(["--debug", "info", "none.h5"], folder);
    assert.equal(told.code, 1);
    assert.match(told.error, /^braggsieve: none\.h5: no such file.*\nInputError: .*\n {4}at /);
  }));

Deno.test("a missing permission is named with the flag that gives it", () =>
  inFolder(async (folder) => {
    const { code, error } = await braggsieve(["info", "none.h5"], folder, []);
    assert.equal(code, 1);
    assert.match(error, /none\.h5: this program may not read it; run it with --allow-read/);
    const written = await braggsieve(SIMULATE, folder, ["--allow-read"]);
    assert.equal(written.code, 1);
    assert.match(written.error, /sim\.\w+: this program may not write it; run it with --allow-write/);
  }));

Deno.test("help shows every command with examples, and needs no permission", () =>
  inFolder(async (folder) => {
    const { code, out } = await braggsieve(["--help"], folder, []);
    assert.equal(code, 0);
    for (const command of ["sparsify", "densify", "peaks", "veto", "integrate", "info", "simulate", "demo"]) {
      assert.match(out, new RegExp(`^ +${command} `, "m"));
      const help = await braggsieve([command, "--help"], folder, []);
      assert.equal(help.code, 0);
      assert.match(help.out, /Examples?:\n {2}braggsieve/);
    }
  }));

Deno.test("Ctrl-C leaves no file", { ignore: Deno.build.os === "windows" }, () =>
  inFolder(async (folder) => {
    const child = braggsieveProcess(["simulate", "-o", "long.h5", "-n", "100000"], folder).spawn();
    // The temporary file says that the work began.
    while (names(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    assert.equal(code, 130);
    assert.match(new TextDecoder().decode(stderr), /interrupted/);
    assert.deepEqual(names(folder), []);
  }));

const CBF = "thaumatin/thau_3_2_0017.cbf.bz2";

dataTest(
  "a CBF's own geometry serves; its gaps and defects are masked as pyFAI's mask has them",
  [CBF],
  () =>
    inFolder(async (folder) => {
      const { code, out, error } = await braggsieve(["info", "--frame", "0", "--json", dataPath(CBF)], folder);
      assert.equal(code, 0, error);
      const facts = JSON.parse(out);
      assert.equal(facts.maskedPixels, 526726);
      assert.equal(facts.frame.validPixels, 2527 * 2463 - 526726);
      assert.equal(facts.frame.invalidPixels, 0);
      assert.equal(facts.frame.background.mean.length, 800);
    }),
);

const FILES = ["thaumatin/thaumatin_bslz4.h5", "thaumatin/thaumatin.poni"];

dataTest("real frames: sparsify keeps as many pixels of frame 1 as pyFAI", FILES, () =>
  inFolder(async (folder) => {
    const words = ["sparsify", "-p", dataPath(FILES[1]), "-o", "s.h5", "--json", dataPath(FILES[0])];
    const { code, error } = await braggsieve(words, folder);
    assert.equal(code, 0, error);
    const { out } = await braggsieve(["info", "--json", "s.h5"], folder);
    const { keptPixelsPerFrame } = JSON.parse(out);
    assert.equal(keptPixelsPerFrame.length, 8);
    // pyfai_sparse.h5 beside it: 127065
    assert.equal(keptPixelsPerFrame[0], 127065);
  }));
