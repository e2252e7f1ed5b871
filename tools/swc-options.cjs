// Compiles our TypeScript to CommonJS as the compiler does, but file by file and without type checks. For tests and for `npm run dev`.
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
