// What `import` finds; see index.mts of the package.
export * from './index.js';
