// Completes the lock file. Packages without a hash are looked up again. Optional packages for other platforms that the registry does not
// have get stub entries, so that `npm ci` accepts the lock file. `npm run lock:check` rejects stubs until the registry has their packages.
// Usage: node tools/lock-fill.mjs [package-lock.json]
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
const file = resolve(process.argv[2] ?? 'package-lock.json');
const read = () => JSON.parse(readFileSync(file, 'utf8'));
const write = (content) => writeFileSync(file, JSON.stringify(content, null, 2) + '\n');

/** Removes packages without a hash, because npm looks up only those that the lock file does not contain. */
function lookUpAgain() {
  const { packages, ...rest } = read();
  const isKnown = ([path, { link, inBundle, integrity }]) => !path.includes('node_modules/') || link || inBundle || integrity;
  write({ ...rest, packages: Object.fromEntries(Object.entries(packages).filter(isKnown)) });
  const args = ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', args, { cwd: dirname(file), stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(1);
}

lookUpAgain();
const lock = read();
const P = lock.packages;
const find = (from, name) => {
  // Node's module resolution, applied to the keys of the lock file.
  let d = from;
  for (;;) {
    const k = (d ? d + '/' : '') + 'node_modules/' + name;
    if (P[k]) return k;
    if (!d) return null;
    d = d.includes('/node_modules/')
      ? d.slice(0, d.lastIndexOf('/node_modules/'))
      : d.startsWith('node_modules/')
        ? ''
        : d.includes('/')
          ? d.slice(0, d.lastIndexOf('/'))
          : '';
  }
};
const OS = ['darwin', 'win32', 'freebsd', 'openharmony', 'android', 'sunos', 'openbsd', 'netbsd', 'aix', 'linux'];
// The first one that a name contains counts, so "arm64" stands before "arm".
const CPU = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32'];
const satisfies = (have, want) => (/^[\d]/.test(want) ? have === want : true);
const added = [];
for (const [key, meta] of Object.entries({ ...P })) {
  for (const [name, range] of Object.entries(meta.optionalDependencies ?? {})) {
    const hit = find(key, name);
    if (hit && satisfies(P[hit].version, range)) continue;
    const platform = name.replace('windows', 'win32').replace('aarch64', 'arm64');
    const os = OS.filter((each) => platform.includes(each));
    const cpu = CPU.filter((each) => platform.includes(each)).slice(0, 1);
    if (!os.length || !cpu.length) {
      console.error('cannot stub', key, name, range);
      continue;
    }
    const version = range.replace(/^[\^~>=\s]+/, '');
    const at = hit ? `${key}/node_modules/${name}` : `node_modules/${name}`;
    P[at] = { version, cpu, ...(meta.dev ? { dev: true } : {}), optional: true, os, ...(/musl/.test(name) ? { libc: ['musl'] } : {}) };
    added.push(`${name}@${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(P).sort(([a], [b]) => (a < b ? -1 : 1)));
write(lock);
console.log(`stubbed ${added.length}`);
