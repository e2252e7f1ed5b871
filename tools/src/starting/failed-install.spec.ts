import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceRoot } from '../workspace.js';

const OUT_OF_STEP = `npm http fetch GET 200 https://registry.example/zod 12ms (cache hit)
npm error code EUSAGE
npm error
npm error \`npm ci\` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync.
npm error
npm error Missing: left-pad@1.3.0 from lock file
npm error Missing: left-pad@1.3.0 from lock file
npm error
npm error Clean install a project
npm error
npm error Usage:
npm error npm ci`;

const BROKEN_OFF = `npm http fetch GET http://127.0.0.1:9/ws attempt 1 failed with ECONNREFUSED
npm error Exit handler never called!`;

const LOCKED = { 'node_modules/zod': { version: '4.6.7' }, 'node_modules/@billing-mail/contracts': { link: true } };

/** Returns what a start prints in a checkout with these packages (none by default) if its npm prints `output` and exits with `exitCode`. */
function startWith(output: string, exitCode: number, installed: object = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'failed-install-'));
  try {
    mkdirSync(join(folder, 'tools'));
    for (const name of readdirSync(join(workspaceRoot, 'tools')).filter((file) => file.endsWith('.mjs'))) {
      cpSync(join(workspaceRoot, 'tools', name), join(folder, 'tools', name));
    }
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: LOCKED }));
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
    const npm = join(folder, 'npm.cjs');
    writeFileSync(npm, `console.error(${JSON.stringify(output)}); process.exitCode = ${exitCode};`);
    const env = { ...process.env, npm_execpath: npm };
    const { stderr, status } = spawnSync(process.execPath, [join(folder, 'tools', 'start.mjs')], { cwd: folder, env });
    expect(status).toBe(1);
    return stderr.toString();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a start whose npm ci fails', () => {
  it("shows npm's own error, each line once and without its usage", () => {
    const told = startWith(OUT_OF_STEP, 1);
    expect(told.match(/Missing: left-pad@1.3.0 from lock file/g)).toHaveLength(1);
    expect(told).toContain('are in sync');
    expect(told).not.toMatch(/Usage:|http fetch/);
    expect(told).toMatch(/What helps: git checkout package\.json package-lock\.json/);
  });

  it('is one that was begun because a library of ours is new here', () => {
    expect(startWith(OUT_OF_STEP, 1, { 'node_modules/zod': { version: '4.6.7' } })).toContain('are in sync');
  });

  it('does not believe an npm that broke off and ended with 0', () => {
    const told = startWith(BROKEN_OFF, 0);
    expect(told).toContain('failed with ECONNREFUSED');
    expect(told).toContain('Exit handler never called!');
    expect(told).toMatch(/What helps: check the network/);
  });

  it('names the command that shows everything when it does not know the error', () => {
    expect(startWith('npm error code EWHATEVER', 1)).toMatch(/npm error code EWHATEVER\n+What helps: npm ci/);
  });
});
