// One Jest configuration for the whole repository. swc compiles our TypeScript to CommonJS; Node itself loads
// packages (tools/jest/runtime.cjs).
const path = require('node:path');

module.exports = {
  rootDir: __dirname,
  testEnvironment: path.join(__dirname, 'tools', 'jest', 'environment.cjs'),
  runtime: path.join(__dirname, 'tools', 'jest', 'runtime.cjs'),
  setupFilesAfterEnv: [path.join(__dirname, 'libs', 'testkit', 'src', 'server-errors', 'jest-setup.ts')],
  ...(process.env.AFFECTED_SINCE ? { testSequencer: path.join(__dirname, 'tools', 'jest', 'affected-first.cjs') } : {}),
  testMatch: ['**/src/**/*.spec.ts'],
  modulePathIgnorePatterns: ['/dist/', '/\\.data/', '/\\.nx/'],
  // Tests that need servers with failover are run by `npm run ops-tests`.
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/operations/'],
  transform: {
    '^.+\\.(t|m?j)s$': ['@swc/jest', require('./tools/swc-options.cjs')],
  },
  moduleNameMapper: {
    '^@billing-mail/contracts/http$': path.join(__dirname, 'libs', 'contracts', 'src', 'http-client', 'index.ts'),
    '^@billing-mail/(contracts|mail-core|smtp-client|platform|local-servers|testkit)$': path.join(
      __dirname,
      'libs',
      '$1',
      'src',
      'index.ts',
    ),
    '^@billing-mail/tools/stage$': path.join(__dirname, 'tools', 'campaigns', 'stage', 'src', 'index.ts'),
    '^@billing-mail/tools/(.*)$': path.join(__dirname, 'tools', 'src', '$1.ts'),
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // A spy is removed after its test, even if the test fails.
  restoreMocks: true,
  // Ends only tests that hang. The longest test takes a minute on a quiet machine, and took ten on one with other work.
  testTimeout: 1_800_000,
};
