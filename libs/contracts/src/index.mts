// What `import` finds. The one implementation is CommonJS: of a second one a program could hold schemas and errors twice, that know nothing of each other.
export * from './index.js';
