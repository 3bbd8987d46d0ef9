// Pixels of rebuilt frames and how they lie in words.
// Reference: core-rs/core/src/densify/pixel.rs, places.rs (`MASKED`).

const MASKED = 0xffffffffu;
/// Bytes, and the largest whole value, of a pixel type.
const BYTES = array<u32, 6>(1u, 2u, 4u, 2u, 4u, 4u)[PIXEL];
const LARGEST = array<u32, 6>(0xfeu, 0xfffeu, 0xfffffffeu, 0x7fffu, 0x7fffffffu, 0u)[PIXEL];
const SIGNED = PIXEL == 3u || PIXEL == 4u;
const FLOAT = PIXEL == 5u;
const PER_WORD = 4u / BYTES;
const VALUE_BITS = select(0xffffffffu, (1u << ((8u * BYTES) & 31u)) - 1u, BYTES < 4u);

fn thread_of(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
  return (group.y * groups.x + group.x) * 256u + local;
}
