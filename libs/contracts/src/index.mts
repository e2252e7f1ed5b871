// Entry point for `import`. The only implementation is CommonJS: with a second one, a program could load schemas and error classes twice,
// which would not recognise each other.
export * from './index.js';
