// Checks third-party packages that we ship or build with: the lock file has a hash for each, and each has a licence that we accept.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '../workspace.js';

type Entry = {
  version?: string;
  integrity?: string;
  link?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  dev?: boolean;
  license?: string;
};

const lock = JSON.parse(readFileSync(join(workspaceRoot, 'package-lock.json'), 'utf8')) as { packages: Record<string, Entry> };
const packages = Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true);

/** Licences that require no more than attribution. */
const ALLOWED = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'Python-2.0'],
  ...['Unlicense', 'CC0-1.0'],
]);

/** Packages with other licences, and why they may still be used. */
const EXCEPTIONS: [name: RegExp, license: string, reason: string][] = [
  [/^axe-core$/, 'MPL-2.0', 'tests the page, is changed by nobody and shipped to nobody'],
  [/^lightningcss(-.*)?$/, 'MPL-2.0', 'builds the page, is changed by nobody and shipped to nobody'],
  [/^(only|humanize-number)$/, 'none', 'say MIT in their README; parts of the S3 server of the tests, shipped to nobody'],
  [/^caniuse-lite$/, 'CC-BY-4.0', 'data that is looked up while the page is built, shipped to nobody'],
];

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Returns the licence from the lock file, or from the package's own package.json, which may use the old format. */
function licenseOf(path: string, entry: Entry): string | null {
  if (entry.license !== undefined) return entry.license;
  const file = join(workspaceRoot, path, 'package.json');
  if (!existsSync(file)) return null;
  const { license, licenses } = JSON.parse(readFileSync(file, 'utf8')) as { license?: string; licenses?: { type: string }[] };
  return license ?? licenses?.map(({ type }) => type).join(' OR ') ?? 'none';
}

/** Whether one of the alternatives (OR) is allowed, with all of its parts (AND). */
function isAllowed(license: string): boolean {
  const alternatives = license.replace(/^\(|\)$/g, '').split(' OR ');
  return alternatives.some((one) => one.split(' AND ').every((part) => ALLOWED.has(part)));
}

/**
 * Whether it is an optional package for other platforms that could not be looked up: it is named, but never
 * installed without being looked up.
 */
const isStub = ({ optional, os, cpu, integrity }: Entry): boolean =>
  optional === true && os !== undefined && cpu !== undefined && integrity === undefined;

describe('the lock file', () => {
  it('knows the bytes of every package by their SHA-512', () => {
    expect(packages.length).toBeGreaterThan(500);
    const unknown = packages.filter(([, entry]) => !isStub(entry) && !/^sha512-[\w+/]{86}==/.test(entry.integrity ?? ''));
    expect(unknown.map(([path]) => path)).toEqual([]);
  });

  it('lacks them only of packages that can not run where it was made', () => {
    const stubs = packages.filter(([, entry]) => isStub(entry));
    expect(stubs.filter(([, { os, cpu }]) => os?.includes('linux') && cpu?.includes('x64')).map(([path]) => path)).toEqual([]);
    expect(stubs.filter(([path]) => process.platform === 'linux' && existsSync(join(workspaceRoot, path)))).toEqual([]);
  });

  it('names no package under terms that nobody has looked at', () => {
    const others = packages.flatMap(([path, entry]) => {
      const [name, license] = [nameOf(path), licenseOf(path, entry)];
      const isKnown = license === null || isAllowed(license) || EXCEPTIONS.some(([known, of]) => known.test(name) && of === license);
      return isKnown ? [] : [`${name}: ${license}`];
    });
    expect(others).toEqual([]);
  });

  it('ships nothing that is under an exception, and keeps none that is not needed any more', () => {
    for (const [known] of EXCEPTIONS) {
      const found = packages.filter(([path]) => known.test(nameOf(path)));
      expect(found).not.toEqual([]);
      expect(found.filter(([, { dev }]) => dev !== true).map(([path]) => path)).toEqual([]);
    }
  });
});
