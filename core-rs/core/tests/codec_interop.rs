//! Chunks that the published bitshuffle filter wrote (hdf5plugin 6 through h5py), and what the LZ4 crate says of ours.

mod codec_vectors;

use braggsieve_core::codec::{bitshuffle_lz4, bitshuffle_zstd, decode_chunk, lz4, Encoding, Scratch};
use codec_vectors::{bytes, elements, FORMATS};

/// One chunk of bitshuffle-LZ4 as hdf5plugin wrote it. The elements follow from their number: see [`elements`].
struct Vector {
    elem: usize,
    elements: usize,
    block: usize,
    chunk: &'static str,
}

#[test]
fn chunks_of_the_published_filter_decode_exactly() {
    for vector in VECTORS {
        let wanted = elements(vector.elements, vector.elem);
        let mut found = vec![0; wanted.len()];
        let chunk = bytes(vector.chunk);
        bitshuffle_lz4::decode(&chunk, vector.elem, &mut found, &mut Default::default()).unwrap();
        assert_eq!(found, wanted, "{} elements of {} bytes", vector.elements, vector.elem);
    }
}

#[test]
fn chunks_of_every_format_decode_exactly() {
    let mut scratch = Scratch::default();
    for encoding in Encoding::ALL.into_iter().filter(|&encoding| encoding != Encoding::BitshuffleLz4) {
        assert!(FORMATS.iter().any(|chunk| chunk.encoding == encoding), "{encoding:?} is tested");
    }
    for chunk in FORMATS {
        let (packed, wanted) = (chunk.packed(), chunk.plain());
        let mut decode = |chunk_bytes: &[u8], length: usize| {
            let mut found = vec![1; length];
            decode_chunk(chunk.encoding, chunk_bytes, chunk.elem, &mut found, &mut scratch).map(|()| found)
        };
        let name = chunk.encoding.name();
        assert!(decode(&packed, wanted.len()).unwrap() == wanted, "{} elements in {name}", chunk.elements);
        // One byte or element more or less, on either side, is an error and never another answer.
        decode(&packed[..packed.len() - 1], wanted.len()).expect_err(name);
        decode(&[&packed[..], &[0]].concat(), wanted.len()).expect_err(name);
        decode(&packed, wanted.len() - chunk.elem).expect_err(name);
        decode(&packed, wanted.len() + chunk.elem).expect_err(name);
    }
}

#[test]
fn encodings_have_the_names_that_callers_use() {
    for encoding in Encoding::ALL {
        assert_eq!(Encoding::from_name(encoding.name()), Some(encoding));
    }
    assert_eq!(Encoding::from_name("bitshuffle-lz4"), Some(Encoding::BitshuffleLz4));
    assert_eq!(Encoding::from_name("BITSHUFFLE"), None);
}

#[test]
fn a_chunk_around_an_outside_compressor_has_one_block() {
    for chunk in FORMATS.iter().filter(|chunk| chunk.encoding == Encoding::BitshuffleZstd) {
        let (plain, elem) = (chunk.plain(), chunk.elem);
        let (mut shuffled, mut ours, mut found) = (Vec::new(), Vec::new(), vec![1; plain.len()]);
        bitshuffle_zstd::shuffled(&plain, elem, &mut shuffled).unwrap();
        assert_eq!(shuffled.len(), plain.len() / (8 * elem) * (8 * elem));
        bitshuffle_zstd::assemble(&plain, elem, &zstd_stored(&shuffled), &mut ours).unwrap();
        bitshuffle_zstd::decode(&ours, elem, &mut found, &mut Scratch::default()).unwrap();
        assert!(found == plain, "{} elements of {elem} bytes", chunk.elements);
        assert_eq!(ours[..8], chunk.packed()[..8]);
    }
}

/// A Zstandard frame of one raw block: single segment, content size in two bytes (RFC 8878, section 3.1.1).
fn zstd_stored(plain: &[u8]) -> Vec<u8> {
    let (content, block) = ((plain.len() as u16).wrapping_sub(256), (plain.len() as u32) << 3 | 1);
    let head = [&[0x28, 0xb5, 0x2f, 0xfd, 0x60][..], &content.to_le_bytes(), &block.to_le_bytes()[..3]];
    [&head.concat(), plain].concat()
}

#[test]
fn our_chunks_have_the_same_header_and_tail_as_the_published_filters() {
    for vector in VECTORS {
        let (mut ours, theirs) = (Vec::new(), bytes(vector.chunk));
        let src = elements(vector.elements, vector.elem);
        bitshuffle_lz4::encode(&src, vector.elem, vector.block, &mut ours, &mut Default::default()).unwrap();
        let tail = vector.elements % 8 * vector.elem;
        assert_eq!(ours[..12], theirs[..12]);
        assert_eq!(ours[ours.len() - tail..], theirs[theirs.len() - tail..]);
    }
}

#[test]
fn lz4_blocks_agree_with_the_lz4_crate_both_ways() {
    let mut table = lz4::Table::default();
    for vector in VECTORS {
        for repeat in [1, 3, 40] {
            let plain = elements(vector.elements, vector.elem).repeat(repeat);
            let mut ours = Vec::new();
            lz4::compress(&plain, &mut ours, &mut table).unwrap();
            assert_eq!(lz4_flex::block::decompress(&ours, plain.len()).unwrap(), plain);
            let mut found = vec![0; plain.len()];
            let written = lz4::decompress(&lz4_flex::block::compress(&plain), &mut found).unwrap();
            assert_eq!((written, &found), (plain.len(), &plain));
        }
    }
}

#[test]
fn lz4_blocks_end_as_the_format_demands() {
    // The last five bytes are literals and the last match starts twelve bytes before the end: a run of 12 equal bytes
    // cannot hold a match, one of 13 can.
    let mut table = lz4::Table::default();
    for (count, wanted) in [(12, 13), (13, 10)] {
        let mut packed = Vec::new();
        lz4::compress(&vec![7; count], &mut packed, &mut table).unwrap();
        assert_eq!(packed.len(), wanted, "{count} equal bytes");
    }
}

#[test]
fn frames_of_counts_shrink() {
    let frame: Vec<u8> =
        (0..60_000u32).flat_map(|i| (i.wrapping_mul(2_654_435_761) >> 30).to_le_bytes()).collect();
    let mut chunk = Vec::new();
    bitshuffle_lz4::encode(&frame, 4, 0, &mut chunk, &mut Default::default()).unwrap();
    assert!(chunk.len() * 10 < frame.len(), "{} of {} bytes", chunk.len(), frame.len());
    assert!(chunk.len() <= bitshuffle_lz4::bound(frame.len(), 4, 0));
}

const VECTORS: &[Vector] = &[
    Vector {
        elem: 1,
        elements: 1003,
        block: 64,
        chunk: "\
00000000000003eb0000004000000030f409c8accafcbfa99a0108cf6ca94a9b7900000010002000400001001b08\
1000002000c000004000000010002000000000000032f503b0ab32fe67aa6600c0335baad2641e04800001004001\
0002001000010800051600001000b000000400000001000200000000002ffb0bccaaccef99aa1900f0cc96aab499\
0740000000100020004000080800060100d0100000004000000010002000000000002ef204b3aaf37fa66a06c03c\
b3a52a6ce6010000800001000c0800630000000100020800a00000000000000100020000000033f008a8cafc9fa9\
9a2130cf6ca94a8b7900c000000000100020070009020031040008180011042000a0000000000000100020000000\
0034f505ab32ff67aa6600ce735baad2661e00f0400080000100340100020c0001180040010002401100b0010000\
000000000001000200000036f002aac8ff99aa0900b3cc96aabc9907001c00010071100020000400080800001000\
000200041000110420009000000000000010002000000032f0062ab37fa66a06c0acb3e52aede60100cf00400080\
0001000408000102001301100001080011000800700000000000010000000035f102cafc9ba99a0120ab6ca94e9b\
7900c033000100111006000002007502000400080010080031000004200080020000000000100000000031f50732\
ff27aae600ccaa5baad2669e00f0cc200040008000010013011000050800300000401d0090012000000000000001\
00000031f202ccff99aa1908b32a96a8b49d07083ca30001007f10000200040008080000f0000000040000001000\
020000000000100000002cff09f37fa62a06c0accaa50a6de60180cf6c0020004000800000080006300000400500\
80002000000000000000000025ff02fc9fab9a0130ab32a84a997904c03b5b0001000ee002000000080000000200\
040000000000002cff09ef67aa6600ccaaccaad2461e40f0cc961000200040008000010007e02000000080000000\
20004000000000000030f402ff98aa1b00b32afbaab49905003cb3ad00010074010002000400080f00070200d002\
0000000800000002000400000000001ce37fa66a26c02a6de6010000100020050008020070200000000020000202\
03",
    },
    Vector {
        elem: 2,
        elements: 517,
        block: 0,
        chunk: "\
000000000000040a00002000000001cdf01cc8accafcbfa99a01b0ab32fe67aa6600ccaaccef99aa1900b3aaf37f\
a66a06c0a8cafc9fa99a2130ab32ff1f00b1ceaac8ff99aa0900b32ab31f00f012ac08cf6ca94a9b7900c0335baa\
d2641e04f0cc96aab49907403cb3a52a6ce601001f00b08b7900c0735baad2661e001f0090bc9907001cb3e52aed\
1f00a50000100020004000800001000f1100200102007e0100020004000851000502000f220000072f000f1e0000\
0f02000d1f0121000a0d51000f11000000ef00300000404800000d001f0411001f002f01003f00015e000009000f\
11001a000001038000110040000f11001c00020000c00100080001c0000240001000d1010491000f22000911081e\
0000240007000100110001110200d10100d10000a20003110000a200002f00017300024000030d00042f00075100\
022f0000400003510002a200002200014000020200006f00058000071e00009100096f0000620000110000510003\
9100002f00000d0000060001800200af00005100128040000b510000400000220000060001d100024000010d0000\
1e00004000000200015e00028000002f0007af0000510002400003b300021e00016f00064000030200001100002f\
00074000020200902000400080000001000000b1db020003000000",
    },
    Vector {
        elem: 4,
        elements: 301,
        block: 64,
        chunk: "\
00000000000004b4000001000000008df409c8accafcbfa99a0108cf6ca94a9b7900000010002000400001001b08\
10000020001100200000280002200002100011003800110808000018000012000248000810000218000002000040\
000020000240000218000008000018000020000402000a20000210000a6000023800006800022000000800024800\
0608000026000002000618006000002000000000000084f503b0ab32fe67aa6600c0335baad2641e048000010040\
01000200100001080005160000100011001000001800001000150008000418000208000018000228000710001080\
10000a5800012000037800003000000200080800002000140020000108000258000008000018000120000c680001\
12000702000c780080800000000002000000000096fb0bccaaccef99aa1900f0cc96aab499074000000010002000\
40000808000601003110000010000028001100280000100000300002230002180000020002200000080006300002\
0200001000020200022000000800024000000800003000060800004000022c000018000660000230000008000218\
00002000000600000200064000000e00000200065000023000700800000020000000000082f204b3aaf37fa66a06\
c03cb3a52a6ce6010000800001000c08006300000001000208000107000510001000180013802000013800042800\
04080011001800090800010200110218000408000120000402000f500000042800010200012000010a0002020004\
78000108000270000402000188000130000270000308005000000002000000006af000a8cafc9fa9cf6ca94a8b00\
0000001005000202006404000800100414002010000f00011a00031400010f0010080f0011081700002d00041400\
001900023200002d00010f0011000a0000050001280010000500045f00012d00011e000114000405005000000800\
000200000001000000000000000300000003000000",
    },
    Vector {
        elem: 8,
        elements: 83,
        block: 16,
        chunk: "\
0000000000000298000000800000003290c8ac08cf0000000008050003080011080e00020600080800000c000404\
00020a000002000024000f0200225000000000000000003082cafc6ca91000000004000002000801000210000014\
000404000002000016000c10000018000f02001c5000000000000000003480bfa94a9b2000000004000206001120\
0c00061000040c00040200002000000200020a000606000420000f02001650000000000000000032779a01790040\
000004000c0e00001000002000000800000600040200000e00020400020200000e000f02001a5000000000000000\
002e80b0abc0338000000004000c020011801600041a000a0e00021000020200000c000204000f02001a50000000\
0000020000000000000003000000000000000000000000000000",
    },
    Vector {
        elem: 4,
        elements: 5,
        block: 0,
        chunk: "\
000000000000001400002000000000000000000000000000136da6da00000000",
    },
];

#[test]
fn a_mask_is_the_chunk_of_its_words_and_pieces_of_a_chunk_are_assembled_alike() {
    let mut scratch = Scratch::default();
    for pixels in [0, 7, 8, 2048, 2049, 10_000] {
        let mask: Vec<u8> = (0..pixels).map(|i| (i * i % 251) as u8).collect();
        let words: Vec<u8> = mask.iter().flat_map(|&bits| u32::from(bits).to_le_bytes()).collect();
        let (mut found, mut wanted) = (Vec::new(), Vec::new());
        bitshuffle_lz4::encode_mask(&mask, &mut found, &mut scratch).unwrap();
        bitshuffle_lz4::encode(&words, 4, 0, &mut wanted, &mut scratch).unwrap();
        assert_eq!(found, wanted, "{pixels} pixels");
    }
    let (packed, mut chunk, mut room) = ([7; 100], Vec::new(), vec![0; 200]);
    bitshuffle_zstd::assemble(&[0; 640], 4, &packed, &mut chunk).unwrap();
    let pack = |room: &mut [u8]| {
        room[..100].copy_from_slice(&packed);
        Some(100)
    };
    assert_eq!(bitshuffle_zstd::assemble_in_place(640, 4, &mut room, pack), Some(chunk.len()));
    assert_eq!(room[..chunk.len()], chunk);
    assert_eq!(bitshuffle_zstd::assemble_in_place(641, 4, &mut room, pack), None);
    assert_eq!(bitshuffle_zstd::assemble_in_place(640, 4, &mut room[..10], pack), None);
}
