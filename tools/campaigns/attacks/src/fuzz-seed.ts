/** Of what is made wrong by chance: the same seed makes the same again. Another one: FUZZ_SEED=123 npm run attack. */
export const FUZZ_SEED = Number(process.env['FUZZ_SEED'] ?? 20261126);
