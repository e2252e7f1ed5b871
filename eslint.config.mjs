import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/**
 * `imports`: what it may import; `inTests`: what only its tests may import. This rule does not tell the two apart: the project's
 * tsconfig.build.json refers to the former alone, its tsconfig.spec.json to both.
 */
const scope = (name, imports, inTests = []) => ({
  sourceTag: `scope:${name}`,
  onlyDependOnLibsWithTags: [name, ...imports, ...inTests].map((other) => `scope:${other}`),
});

/** Who may import whom: data and rules at the bottom, Nest glue above them, apps on top; apps never import apps. */
const depConstraints = [
  scope('contracts', []),
  scope('core', ['contracts']),
  scope('smtp', ['core', 'contracts'], ['testkit']),
  scope('platform', ['core', 'contracts'], ['testkit']),
  scope('local-servers', []),
  scope('testkit', ['local-servers', 'core', 'contracts']),
  scope('console', ['contracts']),
  scope('console-e2e', ['testkit', 'contracts']),
  scope('app', ['platform', 'smtp', 'core', 'contracts'], ['testkit']),
  scope('tools', ['local-servers', 'platform', 'smtp', 'core', 'contracts'], ['testkit']),
  scope('stage', ['tools', 'testkit', 'platform', 'contracts']),
  scope('campaign', ['stage', 'tools', 'testkit', 'platform', 'smtp', 'core', 'contracts']),
];

const impure = (what) => ({
  object: what[0],
  property: what[1],
  message: 'mail-core is pure: take the time or the random value as an argument.',
});

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.data/**', '.nx/**', '**/*.cjs'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { depConstraints, enforceBuildableLibDependency: false, allow: [] }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the environment in the one *.env.ts of the app.' },
      ],
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['apps/*/src/**/*.ts', 'libs/platform/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/testing/**'],
    rules: { 'no-restricted-imports': ['error', { paths: [{ name: '@billing-mail/testkit', message: 'The testkit is for tests.' }] }] },
  },
  {
    files: ['libs/console/src/**/*.{ts,tsx}'],
    ...reactHooks.configs.flat['recommended-latest'],
  },
  {
    files: ['libs/console/src/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts'],
    rules: {
      // React takes handlers and effects that answer nothing; a promise in an attribute is the usual way to start work.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:*'], message: 'This runs in a browser.' }] }],
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'What others wrote is shown as text only.' },
      ],
    },
  },
  {
    files: ['**/*.env.ts', 'tools/**', 'libs/{local-servers,testkit}/**', 'libs/console/e2e/**', '**/*.spec.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['libs/mail-core/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['fs', 'net', 'http', 'https', 'tls', 'dns', 'child_process', 'timers'].flatMap((m) => [
            m,
            `node:${m}`,
            `node:${m}/promises`,
          ]),
        },
      ],
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch'],
      'no-restricted-properties': ['error', impure(['Date', 'now']), impure(['Math', 'random']), impure(['process', 'env'])],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'mail-core is pure: take the time as an argument.' },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', 'libs/testkit/**', 'libs/console/e2e/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        Buffer: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
  prettier,
);
