// The delivery log over HTTP: reading, sending again, cancelling.
import { type DeliveryView } from '@billing-mail/contracts';
import { type Logger } from '@billing-mail/platform';
import { simpleParser } from 'mailparser';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { LOGGER } from '../dispatcher.tokens.js';
import { eventually, times } from '@billing-mail/testkit';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

const asBytes = (response: unknown, done: (error: Error | null, bytes: Buffer) => void): void => {
  const chunks: Buffer[] = [];
  (response as NodeJS.ReadableStream)
    .on('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)))
    .on('end', () => done(null, Buffer.concat(chunks)));
};

describe('the delivery log', () => {
  let harness: Harness;
  beforeAll(async () => {
    // A session for each message: what a server offers changes from test to test.
    harness = await startHarness({ env: { RETRY_DELAYS: '60s,60s', SMTP_SESSION_MESSAGES: '1' } });
  });
  afterAll(() => harness.stop());
  beforeEach(() => harness.reset());

  const get = (url: string) => harness.http().get(`/v1/teams/${url}`).set('Authorization', `Bearer ${harness.serviceToken}`);
  const post = (url: string, body: object = {}) =>
    harness.http().post(`/v1/teams/${url}`).set('Authorization', `Bearer ${harness.serviceToken}`).send(body);
  const sent = async (team: string, changes = {}): Promise<DeliveryView> => {
    await harness.saveSettings(teamSettings(team));
    const job = invoice({ teamId: team, ...changes });
    await harness.publish(job);
    return harness.until(team, job.key);
  };
  /** Returns a delivery that waits for its second try, which is a minute away. */
  const waiting = async (team: string, changes = {}): Promise<DeliveryView> => {
    await harness.saveSettings(teamSettings(team, { sender: 'custom', smtp: ownServer(1) }));
    const job = invoice({ teamId: team, ...changes });
    await harness.publish(job);
    return harness.until(team, job.key, ({ status }) => status === 'waiting');
  };

  /** Makes the next try of a delivery due now, unless the delivery has gone on meanwhile. */
  const hasten = async ({ id }: DeliveryView): Promise<void> => {
    const isWaiting = 'id = $1 AND claim_id IS NULL AND due_at IS NOT NULL';
    await harness.sql.affected(`UPDATE dispatch.deliveries SET due_at = now() WHERE ${isWaiting}`, [id]);
    await harness.sql.affected('UPDATE dispatch.lanes SET next_due_at = now()');
  };
  /** Sends a document with as many tries as it takes, without the waits between them. */
  const sentWithoutWaits = async (team: string, changes = {}, settings = {}): Promise<DeliveryView> => {
    await harness.saveSettings(teamSettings(team, settings));
    const job = invoice({ teamId: team, ...changes });
    await harness.publish(job);
    for (let tries = 0; ;) {
      // The last attempt may be seen a moment before the end that it led to.
      const tried = await harness.until(
        team,
        job.key,
        ({ status, attempts, settledAt }) => settledAt !== null || (attempts.length > tries && status !== 'sending'),
      );
      if (tried.settledAt !== null) return tried;
      tries = tried.attempts.length;
      await hasten(tried);
    }
  };

  it('lists newest first, page by page, by status, document and recipient', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      ids.unshift(
        (await sent('lists', { document: { id: `doc-${index}`, type: 'invoice' }, to: [{ address: `Customer${index}@x.example` }] })).id,
      );
    }
    const first = await get('lists/deliveries?limit=2');
    expect(first.body.items[0]).toMatchObject({ recipientCount: 1, recipients: [{ address: 'Customer4@x.example', role: 'to' }] });
    const second = await get(`lists/deliveries?limit=2&cursor=${first.body.nextCursor}`);
    const third = await get(`lists/deliveries?limit=2&cursor=${second.body.nextCursor}`);
    expect([first, second, third].flatMap(({ body }) => body.items.map(({ id }: DeliveryView) => id))).toEqual(ids);
    expect(third.body.nextCursor).toBeNull();
    expect((await get('lists/deliveries?documentId=doc-3')).body.items).toHaveLength(1);
    expect((await get('lists/deliveries?recipient=customer3@x.example')).body.items).toHaveLength(1);
    expect((await get('lists/deliveries?status=failed')).body.items).toEqual([]);
    expect((await get('lists/deliveries?status=sent')).body.items).toHaveLength(5);
  });

  it('names first in the list whom it did not reach', async () => {
    harness.platform.script = { rcpt: (address) => (address === 'gone@x.example' ? '550 5.1.1 no such user' : '250 ok') };
    await sent('first', { to: ['a@x.example', 'gone@x.example', 'b@x.example'].map((address) => ({ address })) });
    const { body } = await get('first/deliveries?recipients=2');
    expect(body.items[0].recipients.map(({ address }: { address: string }) => address)).toEqual(['gone@x.example', 'a@x.example']);
  });

  it('shows of a server name that leads inside what it shows of one that does not exist', async () => {
    const shownOf = async (team: string, host: string) => {
      const server = ownServer(harness.custom.port, { host });
      await harness.saveSettings(teamSettings(team, { sender: 'custom', smtp: server }));
      const job = invoice({ teamId: team });
      await harness.publish(job);
      const { failure, attempts } = await harness.until(team, job.key, ({ status }) => status === 'waiting');
      const [{ durationMs, startedAt: _, ...tried } = {}] = attempts;
      // Each line of the transcript has the time since the try began.
      const shown = JSON.stringify({ failure, tried })
        .replaceAll(host, 'the name')
        .replaceAll(/\+\d+\.\d{3}/g, '+time');
      return { shown, isOnBeat: (durationMs ?? 0) >= 1999 };
    };
    const [inside, unknown] = await Promise.all([shownOf('inside', 'localhost'), shownOf('nowhere', 'no-such-host.invalid')]);
    expect(inside).toEqual(unknown);
    expect(inside.isOnBeat).toBe(true);
    expect(inside.shown).toContain('smtp_host_unknown');
  });

  it('says why one failed in the language that the reader asks for, else in that of whoever sent it', async () => {
    harness.platform.script = { rcpt: () => '550 5.1.1 no such user' };
    const failed = await sent('readers', { requestedBy: { userId: 'u17', locale: 'de' } });
    const german = /E-Mail-Adresse des Empfängers gibt es nicht/;
    const english = /address of the recipient does not exist/i;
    for (const url of [`readers/deliveries/${failed.id}`, 'readers/deliveries?status=failed']) {
      expect((await get(url)).text).toMatch(german);
      expect((await get(url).set('Accept-Language', 'eo, *;q=0.5')).text).toMatch(german);
      const answer = await get(url).set('Accept-Language', 'eo, en-GB;q=0.9, de;q=0.8');
      expect([answer.text, answer.headers['vary']]).toEqual([expect.stringMatching(english), expect.stringContaining('Accept-Language')]);
    }
  });

  it('says of each who was refused why and what to do, where that is not the same for all', async () => {
    harness.platform.script = {
      extensions: ['8BITMIME', 'PIPELINING'],
      rcpt: (address) => (address.startsWith('gone') ? '550 5.1.1 no such user' : '250 ok'),
    };
    const to = ['gone', 'grün', 'good'].map((name) => ({ address: `${name}@x.example` }));
    const mixed = await sent('refused', { to });
    const { recipients } = (await get(`refused/deliveries/${mixed.id}`).set('Accept-Language', 'de')).body as DeliveryView;
    expect(recipients.map(({ explanation }) => explanation)).toEqual([
      expect.stringMatching(/^Die E-Mail-Adresse des Empfängers gibt es nicht\. Prüfen Sie /),
      expect.stringMatching(/^Die E-Mail-Adresse enthält vor dem @ Buchstaben wie ü .* Fragen Sie den Kunden /),
      null,
    ]);
    expect(recipients.map(({ isAddressWrong }) => isAddressWrong)).toEqual([true, true, false]);
    const single = await sent('refused', { to: to.filter(({ address }) => !address.startsWith('grün')) });
    const { body: ofSingle } = await get(`refused/deliveries/${single.id}`);
    expect(ofSingle).toMatchObject({
      failure: { code: 'recipient_unknown', message: expect.stringMatching(/^gone@x\.example: The e-mail address of the recipient does/) },
      recipients: [{ explanation: expect.stringMatching(/^The e-mail address of the recipient does not exist\./) }, { explanation: null }],
    });
    const alike = await sent('refused', { to: to.slice(0, 1) });
    const { body } = await get(`refused/deliveries/${alike.id}`);
    expect(body).toMatchObject({
      failure: { code: 'recipient_unknown', message: expect.stringMatching(/^The e-mail address of the recipient does/) },
      recipients: [{ status: 'rejected', explanation: null }],
    });
  });

  it('names whose mailbox makes a delivery wait', async () => {
    harness.custom.script = { rcpt: (address) => (address.startsWith('full') ? '452 4.2.2 mailbox full' : '250 ok') };
    const to = [{ address: 'full@x.example' }, { address: 'good@x.example' }];
    await harness.saveSettings(teamSettings('full', { sender: 'custom', smtp: ownServer(harness.custom.port) }));
    const job = invoice({ teamId: 'full', to });
    await harness.publish(job);
    const { failure } = await harness.until('full', job.key, ({ status }) => status === 'waiting');
    expect(failure?.message).toMatch(/^full@x\.example: The mailbox of the recipient is full\./);
  });

  it('says of a doubt that the recipient is to be asked first, whatever the tries after it were answered', async () => {
    harness.platform.script = { final: times(1, 'close', '451 4.3.0 later') };
    const doubted = await sentWithoutWaits('doubted');
    expect([doubted.status, doubted.attempts.length, doubted.failure?.code]).toEqual(['uncertain', 3, 'no_final_reply']);
    const shownIn = async (language: string): Promise<DeliveryView> =>
      (await get(`doubted/deliveries/${doubted.id}`).set('Accept-Language', language)).body as DeliveryView;
    const asksFirst = {
      en: /did not confirm .* broke off before its answer came\. .* Ask the recipient before you send the document again/,
      de: /nicht bestätigt, .* brach ab, .* Fragen Sie den Empfänger, bevor Sie den Beleg erneut verschicken/,
    };
    for (const language of ['en', 'de'] as const) {
      const { failure, recipients } = await shownIn(language);
      expect(failure?.message).toMatch(asksFirst[language]);
      expect(failure?.message).not.toMatch(/Send the document again later|Verschicken Sie den Beleg später/);
      expect(recipients.map(({ status, explanation }) => [status, explanation])).toEqual([['uncertain', null]]);
    }

    // As it was recorded by versions in which a doubt did not yet outweigh later failures.
    const busy = '{"code": "smtp_server_busy", "server": null, "reply": null}';
    await harness.sql.affected('UPDATE dispatch.deliveries SET failure = $2::jsonb WHERE id = $1', [doubted.id, busy]);
    const told = [await shownIn('en'), await shownIn('de')].flatMap(({ recipients }) => recipients.map(({ explanation }) => explanation));
    expect(told).toEqual([
      expect.stringMatching(/did not confirm .* Ask the recipient before you send the document again/),
      expect.stringMatching(/nicht bestätigt, .* Fragen Sie den Empfänger, bevor Sie den Beleg erneut verschicken/),
    ]);
  });

  it('does not say of a server that it did not get the document, where it took it for some and our platform sent it to the others', async () => {
    harness.custom.script = { rcpt: (address) => (address.startsWith('later') ? '451 4.3.0 busy' : '250 ok') };
    const to = [{ address: 'now@x.example' }, { address: 'later@x.example' }];
    const own = { sender: 'custom', smtp: ownServer(harness.custom.port), fallback: true };
    const mixed = await sentWithoutWaits('mixed', { to }, own);
    expect([mixed.status, mixed.usedFallback, mixed.recipients.map(({ route }) => route)]).toEqual(['sent', true, ['custom', 'platform']]);
    for (const url of [`mixed/deliveries/${mixed.id}`, 'mixed/deliveries?status=sent']) {
      const [english, german] = [await get(url).set('Accept-Language', 'en'), await get(url).set('Accept-Language', 'de')];
      expect(english.text).toMatch(
        /Before that, sending failed: The mail server .*overloaded or being serviced\. For the next documents we try your mail server again/,
      );
      expect(german.text).toMatch(
        /Zuvor ist der Versand gescheitert: Der Mailserver .*gewartet\. Bei den nächsten Belegen versuchen wir es wieder mit Ihrem Mailserver/,
      );
      expect(english.text + german.text).not.toMatch(/could not be handed|nicht übergeben|Such trouble|Solche Störungen/);
    }
  });

  it('says of whom a second copy may have arrived, and of nobody else', async () => {
    harness.platform.script = { final: times(1, 'close', '250 ok') };
    const twice = await sentWithoutWaits('twice');
    const once = await sentWithoutWaits('twice');
    expect([twice.status, twice.attempts.length, once.status, once.attempts.length]).toEqual(['sent', 2, 'sent', 1]);
    const saidOf = async ({ id }: DeliveryView, language: string): Promise<unknown> =>
      (await get(`twice/deliveries/${id}`).set('Accept-Language', language)).body.recipients.map(
        ({ status, explanation }: DeliveryView['recipients'][number]) => [status, explanation],
      );
    expect(await saidOf(twice, 'en')).toEqual([
      ['accepted', expect.stringMatching(/^An earlier attempt ended without an answer .* sent once more\. .* booked and paid once\.$/)],
    ]);
    expect(await saidOf(twice, 'de')).toEqual([
      ['accepted', expect.stringMatching(/^Ein früherer Versuch endete ohne Antwort .* noch einmal abgeschickt\. .* zu bezahlen\.$/)],
    ]);
    expect(await saidOf(once, 'en')).toEqual([['accepted', null]]);
  });

  const transcriptOf = async (team: string, id: string): Promise<string[]> => {
    const { attempts } = (await get(`${team}/deliveries/${id}`)).body as DeliveryView;
    return (attempts[0]?.transcript ?? '').split('\n').map((line) => line.replace(/^\+\d+\.\d{3} /, ''));
  };

  it('has the transcript of a try in which somebody was refused, and none where all were accepted', async () => {
    harness.platform.script = { rcpt: (address) => (address.startsWith('gone') ? '550 5.1.1 no such user' : '250 2.1.5 fine') };
    const mixed = await sent('tried', { to: [{ address: 'good@x.example' }, { address: 'gone@x.example' }] });
    const lines = await transcriptOf('tried', mixed.id);
    const size = lines.find((line) => line.startsWith('C (message of '));
    expect(lines.slice(lines.findIndex((line) => line.startsWith('C MAIL ')))).toEqual([
      expect.stringMatching(/^C MAIL FROM:<.+> SIZE=\d+/),
      'C RCPT TO:<good@x.example>',
      'C RCPT TO:<gone@x.example>',
      'C DATA',
      expect.stringMatching(/^S 250/),
      'S 250 2.1.5 fine',
      'S 550 5.1.1 no such user',
      expect.stringMatching(/^S 354/),
      size,
      expect.stringMatching(/^S 250/),
    ]);
    expect(lines.join('\n')).toMatch(/^- connected to 127\.0\.0\.1:\d+\nS 220 .+\nC EHLO /);
    harness.platform.script = {};
    const plain = await sent('tried');
    expect(((await get(`tried/deliveries/${plain.id}`)).body as DeliveryView).attempts).toMatchObject([
      { outcome: 'accepted', transcript: null },
    ]);
  });

  it('shows a sign-in in the transcript without the password, also where the server repeats it', async () => {
    const password = 'Grün & geheim%21';
    const forms = [password, encodeURIComponent(password), Buffer.from(password).toString('base64'), Buffer.from(password).toString('hex')];
    for (const mechanisms of ['PLAIN', 'LOGIN', 'CRAM-MD5']) {
      harness.custom.script = { security: 'starttls', accounts: [], mechanisms, auth: `535 5.7.8 not ${forms.join(' nor ')}` };
      const team = `secret-${mechanisms.toLowerCase()}`;
      const smtp = harness.serverWithPassword(team, harness.custom.port, password);
      await harness.saveSettings(teamSettings(team, { sender: 'custom', smtp }));
      const job = invoice({ teamId: team });
      await harness.publish(job);
      const { id } = await harness.until(team, job.key, ({ attempts }) => attempts.length > 0);
      const lines = await transcriptOf(team, id);
      expect(lines).toContain('C STARTTLS');
      expect(lines.slice(lines.findIndex((line) => line.startsWith('C AUTH '))).join('\n')).toMatch(
        /^C AUTH (?:PLAIN \*{3}|LOGIN|CRAM-MD5)\n(?:S 334.*\nC \*{3}\n){0,2}S 535 5\.7\.8 not \*{3} nor \*{3} nor \*{3} nor \*{3}$/,
      );
    }
  });

  it('knows no delivery under an id that is none', async () => {
    expect((await get('lists/deliveries/1')).status).toBe(404);
    expect((await get('lists/deliveries/01930000-0000-7000-8000-000000000000')).status).toBe(404);
  });

  it('shows what went out: its parts, the documents, and the message byte for byte', async () => {
    const job = { to: [{ address: 'a@x.example', name: 'Ä. Buyer' }], bcc: [{ address: 'hidden@x.example' }], html: '<p>Hello</p>' };
    const done = await sent('shows', job);
    const url = `shows/deliveries/${done.id}`;
    const { body: content } = await get(`${url}/content`);
    expect(content).toMatchObject({
      ...{ to: [{ address: 'a@x.example', name: 'Ä. Buyer' }], cc: [], html: '<p>Hello</p>', subject: done.subject },
      ...{ from: { address: expect.stringContaining('@'), name: teamSettings('shows').companyName } },
      attachments: [{ position: 0, filename: '2026-0042.pdf', contentType: 'application/pdf', inline: false }],
      messages: [{ route: 'platform', signed: true }],
    });
    expect(JSON.stringify(content)).not.toContain('hidden@x.example');

    const raw = harness.rawOf(done);
    const message = await get(`${url}/messages/platform`).buffer(true).parse(asBytes);
    expect([message.status, message.headers['content-type'], message.headers['content-disposition']]).toEqual([
      ...[200, 'message/rfc822', `attachment; filename=${done.id}.eml`],
    ]);
    expect((message.body as Buffer).equals(raw)).toBe(true);

    const document = await get(`${url}/attachments/0`).buffer(true).parse(asBytes);
    expect((await simpleParser(raw)).attachments[0]?.content.equals(document.body as Buffer)).toBe(true);
    expect([document.headers['content-type'], document.headers['content-disposition']]).toEqual([
      ...['application/octet-stream', expect.stringMatching(/^attachment; filename="?2026-0042\.pdf"?$/)],
    ]);
    for (const other of ['attachments/1', 'attachments/x', 'messages/custom', 'messages/other'])
      expect((await get(`${url}/${other}`)).status).toBe(404);
    expect((await get(`others/deliveries/${done.id}/messages/platform`)).status).toBe(404);
  });

  it('gives out no other bytes than those that went out', async () => {
    const done = await sent('differs');
    await harness.sql.rows(`UPDATE dispatch.contents SET text = text || '.' WHERE delivery_id = $1`, [done.id]);
    const answer = await get(`differs/deliveries/${done.id}/messages/platform`);
    expect([answer.status, answer.body.type, answer.body.detail]).toEqual([
      ...[409, expect.stringContaining('message-differs'), expect.stringMatching(/byte for byte.*[0-9a-f]{64}/s)],
    ]);
  });

  it('sends again to a corrected address only, as a new delivery that names the first', async () => {
    harness.platform.script = { rcpt: (address) => (address === 'wrong@x.example' ? '550 5.1.1 no such user' : '250 ok') };
    const first = await sent('resends', { to: [{ address: 'good@x.example' }, { address: 'wrong@x.example', name: 'Payables' }] });
    expect(first.status).toBe('partly_sent');
    await harness.saveSettings(teamSettings('resends', { cc: [{ address: 'copy@x.example' }], version: 2 }));
    const answer = await post(`resends/deliveries/${first.id}/resend`, {
      recipients: [{ address: 'right@x.example', insteadOf: 'wrong@x.example' }],
      note: 'Mrs Ä. gave the right one by phone',
    });
    expect([answer.status, answer.body.resendOf]).toEqual([202, first.id]);
    const again = { by: 'u17', at: answer.body.createdAt, note: 'Mrs Ä. gave the right one by phone' };
    expect(answer.body).toMatchObject({ resend: again, sentAgain: null });
    expect((await get(`resends/deliveries/${first.id}`)).body).toMatchObject({ resend: null, sentAgain: again });
    const refused = await post(`resends/deliveries/${first.id}/resend`, { note: 'x'.repeat(501) });
    expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([422, '/note']);
    const second = await harness.until('resends', answer.body.key);
    expect(second.recipients.map(({ address, name, role, status }) => [address, name, role, status])).toEqual([
      ['right@x.example', 'Payables', 'to', 'accepted'],
    ]);
    const parsed = await simpleParser(harness.rawOf(second));
    expect(parsed.attachments[0]?.filename).toBe('2026-0042.pdf');
    expect(second.messageId).not.toBe(first.messageId);
  });

  it('links what was requested by HTTP to the id that the caller has of its request', async () => {
    await harness.saveSettings(teamSettings('links'));
    const noted = jest.spyOn(harness.apps[0]?.get<Logger>(LOGGER) as Logger, 'info');
    const { version: _version, teamId: _teamId, key, ...document } = invoice();
    const ask = (url: string, requestId: string, body: object = {}) =>
      post(url, body).set({ 'Idempotency-Key': key, 'X-Request-Id': requestId });
    const { body: delivery } = await ask('links/deliveries', 'r-send', document).expect(202);
    await harness.until('links', key);
    const { body: again } = await ask(`links/deliveries/${delivery.id}/resend`, 'r-again').set('Idempotency-Key', 'again').expect(202);
    const links: unknown[] = noted.mock.calls.flatMap(([fields]) => ('requestId' in Object(fields) ? [fields] : []));
    expect(links).toEqual([
      { requestId: 'r-send', teamId: 'links', deliveryId: delivery.id, step: 'intake', verdict: 'accepted' },
      { requestId: 'r-again', teamId: 'links', deliveryId: again.id, resendOf: delivery.id, step: 'resend', verdict: 'accepted' },
    ]);
  });

  it('sends again to those not accepted by default, to all if all were', async () => {
    harness.platform.script = { rcpt: (address) => (address === 'b@x.example' ? '550 5.1.1 no' : '250 ok') };
    const partly = await sent('defaults', { to: [{ address: 'a@x.example' }], cc: [{ address: 'b@x.example' }] });
    const again = await post(`defaults/deliveries/${partly.id}/resend`);
    expect((again.body as DeliveryView).recipients.map(({ address, role }) => [address, role])).toEqual([['b@x.example', 'cc']]);
    const whole = await sent('defaults');
    expect((await post(`defaults/deliveries/${whole.id}/resend`)).body.recipients).toHaveLength(1);
  });

  it('lists what needs attention until it was sent again, and the original names what came after it', async () => {
    harness.platform.script = { rcpt: () => '550 5.1.1 no such user' };
    const [first, second] = [await sent('attention'), await sent('attention')];
    harness.platform.script = {};
    await sent('attention');
    const listed = async (): Promise<string[]> =>
      (await get('attention/deliveries?status=needs_attention')).body.items.map(({ id }: DeliveryView) => id);
    expect(await listed()).toEqual([second.id, first.id]);
    const before = (await get(`attention/deliveries/${first.id}`)).body;
    const again = (await post(`attention/deliveries/${first.id}/resend`)).body as DeliveryView;
    await harness.until('attention', again.key);
    expect(await listed()).toEqual([second.id]);
    const after = (await get(`attention/deliveries/${first.id}`)).body;
    expect(after).toMatchObject({ sentAgainAs: again.id, sentAgain: { by: again.requestedBy } });
    // It says what had happened, and no longer what to do about it.
    expect(before.failure.message).toContain(`${after.failure.message} `);
  });

  it('sends again once although the request comes twice, if it carries a key', async () => {
    const done = await sent('resend-key');
    const key = `again-${done.id}`;
    const answers = [];
    for (let index = 0; index < 2; index += 1)
      answers.push(await post(`resend-key/deliveries/${done.id}/resend`).set('Idempotency-Key', key));
    expect(answers[1]?.body.id).toBe(answers[0]?.body.id);
    expect((await post(`resend-key/deliveries/${done.id}/resend`).set('Idempotency-Key', 'a b')).status).toBe(422);
  });

  it('tells the user who sends again of its trouble, and a service leaves it with who asked first', async () => {
    const done = await sent('resend-by');
    const requesterAfter = async (token: string, language: string): Promise<unknown> => {
      const { body } = await post(`resend-by/deliveries/${done.id}/resend`)
        .set('Authorization', `Bearer ${token}`)
        .set('Accept-Language', language);
      const [row] = await harness.sql.rows<{ by: unknown }>(`SELECT requested_by AS by FROM dispatch.deliveries WHERE id = '${body.id}'`);
      return row?.by;
    };
    const admin = await harness.token({ teams: { 'resend-by': 'admin' } });
    expect(await requesterAfter(admin, 'de')).toEqual({ userId: 'tester', locale: 'de' });
    expect(await requesterAfter(harness.serviceToken, 'de')).toEqual({ userId: 'u17', email: 'clerk@acme.example', locale: 'en' });
  });

  /** Hashes of all blobs in the document store. */
  const blobs = async (): Promise<string[]> => {
    const names = await readdir(path.join(harness.folder, 'documents', '.blobs'), { recursive: true });
    return names.map((name) => path.basename(name)).filter((name) => name.length === 64);
  };

  it('keeps no bytes of what goes out at the first try, and those of a further try until it is settled or cancelled', async () => {
    const before = await blobs();
    const done = await sent('bytes', { attachments: [], withoutDocument: true });
    expect(await blobs()).toEqual(before);
    expect(await harness.delivery('bytes', done.key)).toMatchObject({ signed: true });
    harness.platform.script = { final: () => '451 4.3.0 later' };
    const none = { teamId: 'bytes', attachments: [], withoutDocument: true };
    const jobs = [invoice(none), invoice(none)] as const;
    for (const job of jobs) await harness.publish(job);
    const [retried, cancelled] = await Promise.all(
      jobs.map(({ key }) => harness.until('bytes', key, ({ status }) => status === 'waiting')),
    );
    expect(await blobs()).toHaveLength(before.length + 2);
    harness.platform.script = {};
    await post(`bytes/deliveries/${cancelled?.id}/cancel`);
    await hasten(retried as DeliveryView);
    const settled = await harness.until('bytes', jobs[0].key);
    await eventually(blobs, (left) => left.length === before.length);
    const copies = harness.platform.transactions.filter(({ raw }) => raw?.includes(settled.id));
    expect(new Set(copies.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(copies).toHaveLength(2);
  });

  it('refuses to send again what is under way, and to whom it never went', async () => {
    const open = await waiting('refuses');
    expect((await post(`refuses/deliveries/${open.id}/resend`)).status).toBe(409);
    const done = await sent('refuses2');
    const answer = await post(`refuses2/deliveries/${done.id}/resend`, { recipients: [{ address: 'stranger@x.example' }] });
    expect([answer.status, JSON.parse(answer.text).errors[0].pointer]).toEqual([422, '/recipients/0/address']);
    const instead = await post(`refuses2/deliveries/${done.id}/resend`, {
      recipients: [{ address: 'a@x.example', insteadOf: 'stranger@x.example' }],
    });
    expect(JSON.parse(instead.text).errors[0].pointer).toBe('/recipients/0/insteadOf');
  });

  it.each([
    ['no list', { recipients: 'a@x.example' }, '/recipients'],
    ['an empty list', { recipients: [] }, '/recipients'],
    ['no address', { recipients: [{}] }, '/recipients/0/address'],
    ['a wrong address', { recipients: [{ address: 'a@x.example\r\nRCPT TO:<b@x.example>' }] }, '/recipients/0/address'],
    ['a wrong address in place of', { recipients: [{ address: 'a@x.example', insteadOf: 7 }] }, '/recipients/0/insteadOf'],
    ['an unknown field', { to: [] }, '/to'],
  ])('names what is wrong with a resend: %s', async (_name, body, pointer) => {
    const done = await sent('resend-input');
    const answer = await post(`resend-input/deliveries/${done.id}/resend`, body);
    expect([answer.status, JSON.parse(answer.text).errors[0].pointer]).toEqual([422, pointer]);
  });

  it('cancels what waits, tells so, and refuses to cancel what is settled', async () => {
    const open = await waiting('cancels');
    const answer = await post(`cancels/deliveries/${open.id}/cancel`);
    expect(open.failure?.code).toBe('smtp_unreachable');
    // An earlier failure is not the reason why the document was not sent.
    expect(answer.body).toMatchObject({
      status: 'cancelled',
      nextTryAt: null,
      cancelledBy: 'tester',
      failure: { code: 'cancelled' },
      recipients: [{ status: 'cancelled' }],
    });
    expect(await harness.outcomeOf(open.key)).toMatchObject({
      delivery: { status: 'cancelled', cancelledBy: 'tester', failure: { code: 'cancelled', server: null }, troubled: [{ failure: null }] },
    });
    expect((await post(`cancels/deliveries/${open.id}/cancel`)).status).toBe(409);
    expect((await post(`others/deliveries/${open.id}/cancel`)).status).toBe(404);
  });

  it('takes it from somebody that what may have arrived did, which needs no attention any more', async () => {
    const done = await sent('arrived');
    const url = `arrived/deliveries/${done.id}`;
    expect((await post(`${url}/received`)).status).toBe(409);
    for (const table of ['deliveries', 'recipients'])
      await harness.sql.affected(
        `UPDATE dispatch.${table} SET status = 'uncertain' WHERE ${table === 'deliveries' ? 'id' : 'delivery_id'} = $1`,
        [done.id],
      );
    const attention = async () => ((await get('arrived/deliveries?status=needs_attention')).body as { items: unknown[] }).items.length;
    expect(await attention()).toBe(1);
    expect((await post(`${url}/received`, { note: 'two\nlines' })).status).toBe(422);
    const marked = await post(`${url}/received`, { note: 'The customer has it.' });
    expect(marked.body).toMatchObject({
      ...{ status: 'uncertain', recipients: [{ status: 'uncertain' }] },
      received: { by: 'tester', at: expect.stringMatching(/Z$/), note: 'The customer has it.' },
    });
    expect(await attention()).toBe(0);
    expect((await post(`others/deliveries/${done.id}/received`)).status).toBe(404);
  });

  it('keeps a mail back whose try is under way when it is cancelled', async () => {
    await harness.saveSettings(teamSettings('races'));
    harness.platform.script = { data: { wait: 700, then: '354 go on' } };
    const job = invoice({ teamId: 'races' });
    await harness.publish(job);
    await eventually(
      () => harness.platform.transactions.length,
      (count) => count > 0,
    );
    const open = await harness.until('races', job.key, () => true);
    expect((await post(`races/deliveries/${open.id}/cancel`)).body.status).toBe('cancelled');
    // Other connections may still be open, for later messages.
    await eventually(
      () => harness.platform.connections.filter(({ open, commands }) => open && commands.includes('DATA')),
      (speaking) => speaking.length === 0,
    );
    expect(harness.platform.messages).toEqual([]);
    expect(await harness.delivery('races', job.key)).toMatchObject({ status: 'cancelled' });
  });

  it('can not cancel while the server is answering to the end of data', async () => {
    await harness.saveSettings(teamSettings('final'));
    harness.platform.script = { final: { wait: 900, then: '250 ok' } };
    const job = invoice({ teamId: 'final' });
    await harness.publish(job);
    await harness.platform.waitFor(1);
    const open = await harness.until('final', job.key, () => true);
    expect((await post(`final/deliveries/${open.id}/cancel`)).status).toBe(409);
    expect((await harness.until('final', job.key)).status).toBe('sent');
  });
});
