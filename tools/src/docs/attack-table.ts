import { join } from 'node:path';
import { workspaceRoot } from '../workspace.js';
import { markdownTable } from './markdown-table.js';

/** The part of a campaign's kind (`Kind` there) that the table shows. */
type Kind = { name: string; attacks: readonly { name: string; tries: string; expects: string }[] };

/**
 * Returns the table of what `npm run attack` tries, from the built code (`dist`) or, in tests, from the sources. Imported by path, because
 * no code may depend on a campaign.
 */
export async function attackTable(from: 'dist' | 'src'): Promise<string> {
  const path = join(workspaceRoot, 'tools', 'campaigns', 'attacks', from, from === 'dist' ? 'kinds.js' : 'kinds.ts');
  const { KINDS } = (await import(path)) as { KINDS: readonly Kind[] };
  const rows = KINDS.flatMap((kind) => kind.attacks.map(({ name, tries, expects }) => [`${kind.name}/${name}`, tries, expects].map(plain)));
  return markdownTable(['attack', 'what is tried', 'what must happen'], rows);
}

/** Escapes double underscores: otherwise `__proto__` is bold in Markdown. */
const plain = (text: string): string => text.replaceAll('__', '\\_\\_');
