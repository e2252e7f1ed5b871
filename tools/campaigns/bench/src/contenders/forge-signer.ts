// Signs S/MIME as node-forge's manual shows it: the message is built, signed in JavaScript and wrapped.
import { randomBytes } from 'node:crypto';
import forge from 'node-forge';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Options } from 'nodemailer/lib/mailer';

/** Returns a function that signs a mail and resolves with the whole message. */
export function forgeSigner({ keyPem, certificatePem, chainPem }: { keyPem: string; certificatePem: string; chainPem: string[] }) {
  const key = forge.pki.privateKeyFromPem(keyPem);
  const certificates = [certificatePem, ...chainPem].map((pem) => forge.pki.certificateFromPem(pem));
  return async (mail: Options): Promise<Buffer> => {
    const whole = await new MailComposer(mail).compile().build();
    const text = whole.toString('latin1');
    const headersEnd = text.indexOf('\r\n\r\n');
    const headers = text.slice(0, headersEnd).split(/\r\n(?![ \t])/);
    const isOfContent = (header: string): boolean => /^content-/i.test(header);
    const content = `${headers.filter(isOfContent).join('\r\n')}${text.slice(headersEnd)}`.trimEnd();
    const boundary = `signed-${randomBytes(12).toString('hex')}`;
    return Buffer.from(
      [
        ...headers.filter((header) => !isOfContent(header)),
        `Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="${boundary}"`,
        '',
        `--${boundary}`,
        content,
        `--${boundary}`,
        'Content-Type: application/pkcs7-signature; name="smime.p7s"',
        'Content-Transfer-Encoding: base64',
        'Content-Disposition: attachment; filename="smime.p7s"',
        '',
        signatureOf(content, key, certificates),
        `--${boundary}--`,
        '',
      ].join('\r\n'),
      'latin1',
    );
  };
}

function signatureOf(content: string, key: forge.pki.rsa.PrivateKey, certificates: forge.pki.Certificate[]): string {
  const signed = forge.pkcs7.createSignedData();
  signed.content = forge.util.createBuffer(content);
  for (const certificate of certificates) signed.addCertificate(certificate);
  signed.addSigner({
    key,
    certificate: certificates[0] ?? '',
    digestAlgorithm: forge.pki.oids['sha256'] as string,
    authenticatedAttributes: [
      { type: forge.pki.oids['contentType'] as string, value: forge.pki.oids['data'] ?? '' },
      { type: forge.pki.oids['messageDigest'] as string },
      { type: forge.pki.oids['signingTime'] as string, value: new Date().toISOString() },
    ],
  });
  signed.sign({ detached: true });
  const der = forge.asn1.toDer(signed.toAsn1()).getBytes();
  return Buffer.from(der, 'latin1').toString('base64').replace(/.{76}/g, '$&\r\n');
}
