// Entry point for `import`; see index.mts of the package.
export * from './index.js';
