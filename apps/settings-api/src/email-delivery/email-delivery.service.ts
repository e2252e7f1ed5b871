// Reads and replaces a team's settings, and shows their history.
import { Inject, Injectable } from '@nestjs/common';
import {
  type ConnectionOfSettings,
  type EmailDeliveryInput,
  type FieldError,
  type Page,
  type pageQuery,
  type SettingsChangeRecord,
  type TeamCertificate,
  type TeamMailSettings,
} from '@billing-mail/contracts';
import {
  type Caller,
  CredentialBox,
  decodeCursor,
  encodeCursor,
  invalidInput,
  type Logger,
  notFound,
  ProblemException,
} from '@billing-mail/platform';
import { type NetworkPolicy } from '@billing-mail/smtp-client';
import { z } from 'zod';
import { MailConnectionsStore, summaryOf } from '../mail-connections/mail-connections.store.js';
import { SettingsChangedPublisher } from '../responder/settings-changed.publisher.js';
import { LOGGER, NETWORK_POLICY, PLATFORM_NAMES } from '../settings.tokens.js';
import { readServerTrust } from '../smtp-account/read-server-trust.js';
import { serverErrors } from '../smtp-account/server-errors.js';
import { applyInput } from './apply-input.js';
import { describeChanges } from './describe-changes.js';
import { EmailDeliveryStore, vouchedFor } from './email-delivery.store.js';
import { type IfMatch, isMatch } from './if-match.js';
import { likePlatform, platformNameError, takenNameError } from './name-errors.js';
import { senderNames } from './sender-names.js';

// A request repeats its round only if another request was saved meanwhile. So many lost rounds mean that something is wrong.
const MAX_ROUNDS = 100;
const VERSIONS_NAMED = 5;

@Injectable()
export class EmailDeliveryService {
  constructor(
    private readonly store: EmailDeliveryStore,
    private readonly connections: MailConnectionsStore,
    private readonly box: CredentialBox,
    private readonly publisher: SettingsChangedPublisher,
    @Inject(NETWORK_POLICY) private readonly policy: NetworkPolicy,
    @Inject(PLATFORM_NAMES) private readonly reservedNames: readonly string[],
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws ProblemException 404 before the first `replace` */
  async read(teamId: string): Promise<TeamMailSettings> {
    const settings = await this.store.find(teamId);
    if (settings === null) throw notFound('The e-mail delivery of the team');
    return settings;
  }

  /**
   * Replaces the settings and announces the change. Does nothing if the same settings are stored already. Without `ifMatch` the last
   * request wins.
   */
  async replace(
    teamId: string,
    input: EmailDeliveryInput,
    { userId, isService }: Caller,
    ifMatch: IfMatch | null,
  ): Promise<TeamMailSettings> {
    const errors = this.errorsOf(teamId, input);
    if (errors.length > 0) throw invalidInput(errors);
    const trust = await readServerTrust(teamId, input.smtp?.tls, this.box, new Date());
    if ('errors' in trust) throw invalidInput(trust.errors);
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const current = await this.store.find(teamId);
      if (ifMatch !== null && !isMatch(ifMatch, current?.version ?? null)) throw await this.changedMeanwhile(teamId, current, ifMatch);
      // Only new names are checked: an internal service may have vouched for a stored one, and saving it again must not fail.
      const before = current === null ? [] : senderNames(current);
      const names = senderNames(input).filter((name) => !before.some((kept) => kept.pointer === name.pointer && kept.name === name.name));
      const foreign = likePlatform(names, this.reservedNames);
      if (foreign.length > 0 && !isService) throw invalidInput(foreign.map(platformNameError));
      const connection = input.smtp?.auth.type === 'oauth2' ? await this.connectionFor(teamId, input) : null;
      const applied = applyInput(teamId, input, current, connection, { userId, at: new Date() }, this.box, trust);
      if ('errors' in applied) throw invalidInput(applied.errors);
      if (current !== null && applied.changes.length === 0) return current;
      // An internal service vouches for the names that it sets; the history shows which service, and for which name.
      const replaced = await this.store.replace(applied.next, vouchedFor(applied.changes, foreign), { names, isVouchedFor: isService });
      if (typeof replaced === 'object') throw invalidInput(replaced.taken.map(takenNameError));
      if (replaced === 'written') {
        await this.saved(applied.next);
        return applied.next;
      }
    }
    throw contended();
  }

  /**
   * Sets or removes the signing certificate, and announces the change.
   * @param fromAddress the sender address that the certificate was checked for
   * @throws ProblemException 404 without settings, 412 if the sender address has changed meanwhile
   */
  async setCertificate(teamId: string, certificate: TeamCertificate | null, fromAddress: string | null, { userId }: Caller): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const current = await this.read(teamId);
      if (fromAddress !== null && current.smtp?.fromAddress !== fromAddress) throw senderChanged();
      const stamps = { version: current.version + 1, updatedAt: new Date().toISOString(), updatedBy: userId };
      const next: TeamMailSettings = { ...current, certificate, ...stamps };
      // Setting the same file again makes no new version.
      const changes = describeChanges(current, next);
      if (changes.length === 0) return;
      const replaced = await this.store.replace(next, changes, { names: [], isVouchedFor: false });
      if (replaced === 'written') return this.saved(next);
    }
    throw contended();
  }

  /** Returns the changes of the settings, newest first. A page may be shorter than requested. Empty for a team without settings. */
  async history(teamId: string, { limit, cursor }: z.output<typeof pageQuery>): Promise<Page<SettingsChangeRecord>> {
    const before = decodeCursor(z.int32().positive(), cursor);
    const { items, isMore } = await this.store.history(teamId, { before, limit });
    return { items, nextCursor: isMore ? encodeCursor(items.at(-1)?.version) : null };
  }

  /** Returns the connected mailbox. Refuses a host that it was not connected for, because its token is never sent to another server. */
  private async connectionFor(teamId: string, { sender, smtp }: EmailDeliveryInput): Promise<ConnectionOfSettings | null> {
    const connection = await this.connections.find(teamId);
    if (connection === null) {
      if (sender === 'platform') return null;
      throw invalidInput([{ pointer: '/smtp/auth', message: 'needs a mailbox: connect it first' }]);
    }
    if (smtp !== null && !connection.hosts.includes(smtp.host.toLowerCase()))
      throw invalidInput([
        { pointer: '/smtp/host', message: `is not the server of the connected mailbox, which is ${connection.hosts.join(' or ')}` },
      ]);
    return summaryOf(connection);
  }

  private async saved({ teamId, version }: TeamMailSettings): Promise<void> {
    this.logger.info({ teamId, step: 'settings-saved', version }, 'settings saved');
    await this.publisher.announce({ teamId, version });
  }

  private errorsOf(teamId: string, input: EmailDeliveryInput): FieldError[] {
    return [
      ...(input.teamId === undefined || input.teamId === teamId
        ? []
        : [{ pointer: '/teamId', message: `is not the team in the path (${teamId}); leave it out` }]),
      ...(input.smtp === null ? [] : serverErrors(input.smtp, this.policy)),
    ];
  }

  private async changedMeanwhile(teamId: string, current: TeamMailSettings | null, ifMatch: IfMatch): Promise<ProblemException> {
    if (current === null)
      return new ProblemException(412, 'not-stored-yet', 'Nothing is stored for the team yet: repeat the request without If-Match.');
    const { items: latest } = await this.store.history(teamId, { before: null, limit: VERSIONS_NAMED });
    const known = latest.findIndex(({ version }) => isMatch(ifMatch, version));
    const story = latest.slice(0, known === -1 ? latest.length : known).map(({ version, changedBy, changedAt, changes }) => {
      const fields = changes.map(({ pointer }) => pointer).join(', ');
      return `version ${version} by ${changedBy} at ${changedAt} (${fields})`;
    });
    return new ProblemException(
      412,
      'changed-meanwhile',
      `The settings were changed meanwhile: ${story.join('; ')}. Read them again and repeat your change.`,
    );
  }
}

const contended = () =>
  new ProblemException(503, 'settings-contended', 'The settings are being changed by many at once. Try again in a moment.');

const senderChanged = () =>
  new ProblemException(
    412,
    'changed-meanwhile',
    'The sender address was changed meanwhile. Read the settings again and set the certificate for it.',
  );
