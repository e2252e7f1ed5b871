import { execFile } from 'node:child_process';

/** How a program ended: its exit code and everything that it printed. */
export type ProgramEnd = { exitCode: number; output: string };

/** Runs a program to its end. If it is missing, rejects with an error that names the Debian package to install. */
export function runProgram(file: string, args: string[], debianPackage: string): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`;
      if (error === null) resolve({ exitCode: 0, output });
      else if (error.code === 'ENOENT') reject(new Error(`${file} is missing. Install it: sudo apt-get install -y ${debianPackage}`));
      else if (typeof error.code === 'number') resolve({ exitCode: error.code, output });
      else reject(new Error(`${file} did not end by itself`, { cause: error }));
    });
  });
}
