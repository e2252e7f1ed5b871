import { type CertificateView } from '@billing-mail/contracts';
import { ask, type Clients } from '../api/clients.js';

/** File name extensions and media type of a file with a certificate and its key. */
export const PKCS12 = '.p12,.pfx,application/x-pkcs12';

const PATH = '/v1/teams/{teamId}/email-delivery/certificate';
const of = (team: string) => ({ params: { path: { teamId: team } } });

/** Sets the certificate. @throws ProblemError 422 that says what a receiver would object to */
export async function setCertificate({ settings }: Clients, team: string, file: File, passphrase: string): Promise<CertificateView> {
  return ask(settings.PUT(PATH, { ...of(team), body: { file: await toBase64(file), passphrase } }));
}

export const removeCertificate = ({ settings }: Clients, team: string): Promise<void> => ask<undefined>(settings.DELETE(PATH, of(team)));

/** Returns what the form sends of a file: the part of its `data:` URL after the comma, which is base64. */
export function toBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result.replace(/^[^,]*,?/, '') : '');
    reader.onerror = () => reject(reader.error ?? new Error('The file cannot be read.'));
    reader.readAsDataURL(file);
  });
}
