/**
 * Replaces the text between each `<!-- generated: name -->` and `<!-- end of generated -->`.
 * @throws Error for a block that is not generated, or is missing
 */
export function replaceBlocks(markdown: string, blocks: Readonly<Record<string, string>>): string {
  const seen = new Set<string>();
  const replaced = markdown.replace(
    /(<!-- generated: ([\w-]+) -->\n)[\s\S]*?(<!-- end of generated -->)/g,
    (_, begin: string, name: string, end: string) => {
      const content = blocks[name];
      if (content === undefined) throw new Error(`nobody makes the block "${name}"`);
      seen.add(name);
      return `${begin}\n${content}\n\n${end}`;
    },
  );
  const missing = Object.keys(blocks).filter((name) => !seen.has(name));
  if (missing.length > 0) throw new Error(`the document has no place for ${missing.join(', ')}`);
  return replaced;
}
