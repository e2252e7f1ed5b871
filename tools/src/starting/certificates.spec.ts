import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkSigningIdentity, readPkcs12 } from '@billing-mail/mail-core';
import { provideCertificates } from './certificates.js';

describe('provideCertificates', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'certificates-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const identityOf = (file: string) => readPkcs12(readFileSync(file), 'secret');

  it('makes a signer that the dispatcher takes for its address, keeps it, and makes another for another address', () => {
    const { p12File, caFile } = provideCertificates(folder, 'one@billing.example', 'secret');
    const problems = checkSigningIdentity(identityOf(p12File), { fromAddress: 'one@billing.example', now: new Date() });
    expect(problems).toEqual([]);
    expect(readFileSync(caFile ?? '', 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(statSync(p12File).mode & 0o777).toBe(0o600);
    const before = readFileSync(p12File);
    provideCertificates(folder, 'one@billing.example', 'secret');
    expect(readFileSync(p12File).equals(before)).toBe(true);
    provideCertificates(folder, 'two@billing.example', 'secret');
    expect(identityOf(p12File).addresses).toEqual(['two@billing.example']);
  });
});
