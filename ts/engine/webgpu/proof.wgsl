// Every double operation on given operands, for the start-up proof that this device computes them as the CPU does.

@group(0) @binding(0) var<storage, read> operands: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> answers: array<vec2<u32>>;

@compute @workgroup_size(64)
fn proof(@builtin(global_invocation_id) id: vec3<u32>) {
  let at = id.x;
  if (at >= arrayLength(&operands)) { return; }
  let a = operands[at].xy;
  let b = operands[at].zw;
  let product = two_product(a, b);
  answers[at * 8u] = f64_add(a, b);
  answers[at * 8u + 1u] = product.high;
  answers[at * 8u + 2u] = product.low;
  answers[at * 8u + 3u] = f64_div(a, b);
  answers[at * 8u + 4u] = f64_sqrt(f64_abs(a));
  answers[at * 8u + 5u] = f64_from_f32(f64_to_f32(a));
  answers[at * 8u + 6u] = vec2<u32>(u32(f64_floor(a)), u32(f64_ceil(a)));
  answers[at * 8u + 7u] = vec2<u32>(u32(f64_less(a, b)), f64_mul(a, b).x);
}
