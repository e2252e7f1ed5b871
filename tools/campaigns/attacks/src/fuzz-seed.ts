/** Seed of the random errors: the same seed makes the same ones again. To use another: FUZZ_SEED=123 npm run attack. */
export const FUZZ_SEED = Number(process.env['FUZZ_SEED'] ?? 20261126);
