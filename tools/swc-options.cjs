// Our TypeScript to CommonJS, as the compiler does it, file by file and without looking at types: for tests and for `npm run dev`.
module.exports = {
  sourceMaps: 'inline',
  jsc: {
    target: 'es2023',
    keepClassNames: true,
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  module: { type: 'commonjs' },
};
