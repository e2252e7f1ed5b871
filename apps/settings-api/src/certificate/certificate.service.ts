// Sets, shows and removes a team's own certificate. Each change is a new version of the team's settings, recorded in their history.
import { Injectable } from '@nestjs/common';
import { type CertificateInput, type CertificateView, type TeamCertificate } from '@billing-mail/contracts';
import { type Caller, CredentialBox, invalidInput, notFound, ProblemException, signingKeyContext } from '@billing-mail/platform';
import { EmailDeliveryService } from '../email-delivery/email-delivery.service.js';
import { readCertificate, sealedParts } from './read-certificate.js';

@Injectable()
export class CertificateService {
  constructor(
    private readonly settings: EmailDeliveryService,
    private readonly box: CredentialBox,
  ) {}

  /** Returns the certificate. @throws ProblemException 404 if there is none */
  async read(teamId: string): Promise<CertificateView> {
    const { certificate } = await this.settings.read(teamId);
    if (certificate === null) throw notFound('The certificate of the team');
    return certificate;
  }

  /** @throws ProblemException 409 if the team has no server of its own, 422 with the reason why receivers would reject the certificate */
  async set(teamId: string, input: CertificateInput, caller: Caller): Promise<CertificateView> {
    const { smtp } = await this.settings.read(teamId);
    if (smtp === null) throw serverMissing();
    const read = await readCertificate(input, smtp.fromAddress, new Date());
    if ('errors' in read) throw invalidInput(read.errors);
    const { identity, view } = read;
    const certificate: TeamCertificate = {
      ...view,
      ...sealedParts(identity, this.box, signingKeyContext(teamId, identity.certificateDer)),
    };
    // The sender address may have changed while the file was read, so it is compared once more.
    await this.settings.setCertificate(teamId, certificate, smtp.fromAddress, caller);
    return view;
  }

  /** Removes the certificate. @throws ProblemException 404 if there is none */
  async remove(teamId: string, caller: Caller): Promise<void> {
    await this.read(teamId);
    await this.settings.setCertificate(teamId, null, null, caller);
  }
}

const serverMissing = () =>
  new ProblemException(
    409,
    'server-missing',
    'Save the server of your own with its sender address first: the certificate has to be one for that address.',
  );
