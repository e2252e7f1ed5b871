// A disk in memory that is small enough to be filled.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILLER = 'filler';

export class SmallDisk {
  private constructor(private readonly folder: string) {}

  /** Mounts a disk. Returns `null` if mounting is not allowed. */
  static mount(megabytes: number): SmallDisk | null {
    const folder = mkdtempSync(join(tmpdir(), 'faults-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder], { stdio: 'ignore' });
      const disk = new SmallDisk(folder);
      process.once('exit', disk.unmount);
      return disk;
    } catch {
      rmSync(folder, { recursive: true, force: true });
      return null; // not root
    }
  }

  /** Returns the path of a folder on the disk. */
  pathOf(name: string): string {
    return join(this.folder, name);
  }

  /** Makes the disk read-only, or writable again. */
  remount(mode: 'ro' | 'rw'): void {
    execFileSync('mount', ['-o', `remount,${mode}`, this.folder], { stdio: 'ignore' });
  }

  /** Runs `work` with TMPDIR set to this disk, so that its temporary folders are created here. */
  async as<T>(work: () => Promise<T>): Promise<T> {
    const usual = process.env['TMPDIR'];
    process.env['TMPDIR'] = this.folder;
    try {
      return await work();
    } finally {
      if (usual === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = usual;
    }
  }

  /** Fills the disk to the last byte. */
  fill(): void {
    const file = openSync(join(this.folder, FILLER), 'w');
    try {
      for (const size of [1024 * 1024, 4096]) writeUntilFull(file, Buffer.alloc(size));
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(join(this.folder, FILLER), { force: true });
  }

  readonly unmount = (): void => {
    process.off('exit', this.unmount);
    execFileSync('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  };
}

function writeUntilFull(file: number, piece: Buffer): void {
  for (;;) {
    try {
      writeSync(file, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}
