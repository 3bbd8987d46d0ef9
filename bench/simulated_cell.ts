/** The simulator's crystal as CrystFEL's unit cell file. */
export const SIMULATED_CELL = `CrystFEL unit cell file version 1.0

lattice_type = tetragonal
unique_axis = c
centering = P
a = 79.10 A
b = 79.10 A
c = 37.90 A
al = 90.00 deg
be = 90.00 deg
ga = 90.00 deg
`;
