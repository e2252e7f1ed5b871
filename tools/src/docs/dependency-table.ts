import { markdownTable } from './markdown-table.js';

/**
 * Who may import whom, read from the text of eslint.config.mjs: the rule that is enforced is the one that is documented.
 * @throws Error when the text has no such rules.
 */
export function dependencyTable(eslintConfig: string): string {
  const rules = [...eslintConfig.matchAll(/sourceTag:\s*'scope:([\w-]+)',\s*onlyDependOnLibsWithTags:\s*\[([^\]]*)\]/g)];
  if (rules.length === 0) throw new Error('eslint.config.mjs has no dependency rules');
  return markdownTable(
    ['scope', 'may import'],
    rules.map(([, source = '', targets = '']) => [
      source,
      [...targets.matchAll(/'scope:([\w-]+)'/g)].map(([, target]) => target).join(', '),
    ]),
  );
}
