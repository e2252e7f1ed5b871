// The tests of `npm run ops-tests`: losses and returns of whole parts, with everything real; each takes minutes, so `npm test` leaves them out.
const whole = require('./jest.config.cjs');

module.exports = {
  ...whole,
  testMatch: ['**/tools/src/operations/**/*.spec.ts'],
  testPathIgnorePatterns: whole.testPathIgnorePatterns.filter((pattern) => !pattern.includes('operations')),
};
