// A folder whose files are written as streams, with the checksum of each in SHA256SUMS, in the format that `sha256sum -c` reads.
import { createHash } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const SUMS = 'SHA256SUMS';
type Blocks = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

export class SummedFolder {
  private sums: Promise<FileHandle> | undefined;

  constructor(private readonly folder: string) {}

  /**
   * Opens a file for writing; `end` resolves with its hash. File names are ours: they contain no newline and no backslash, which
   * the list would have to escape.
   */
  async open(name: string, begin = ''): Promise<{ write(block: string | Uint8Array): Promise<void>; end(): Promise<string> }> {
    await mkdir(dirname(join(this.folder, name)), { recursive: true, mode: 0o700 });
    const handle = await open(join(this.folder, name), 'wx', 0o600);
    const hash = createHash('sha256');
    const write = async (block: string | Uint8Array): Promise<void> => {
      hash.update(block);
      await handle.writeFile(block);
    };
    const end = async (): Promise<string> => {
      await handle.close();
      const sha256 = hash.digest('hex');
      await (await this.list()).appendFile(`${sha256}  ${name}\n`);
      return sha256;
    };
    await write(begin);
    return { write, end };
  }

  async put(name: string, blocks: Blocks): Promise<string> {
    const file = await this.open(name);
    for await (const block of blocks) await file.write(block);
    return file.end();
  }

  async end(): Promise<void> {
    await (await this.list()).close();
  }

  private list(): Promise<FileHandle> {
    return (this.sums ??= open(join(this.folder, SUMS), 'wx', 0o600));
  }
}
