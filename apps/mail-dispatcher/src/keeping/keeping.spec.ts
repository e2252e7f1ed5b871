import { eraseFrom, ExpireRows, onConnection, rowsAbout, createLogger } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';
import { holdOpenDeliveries, resumeHeldDeliveries } from '../claiming/held-deliveries.js';
import { expiriesOf } from './expiries.js';
import { forgetName, heldTeams, holdTeam, openDeliveriesTo, releaseTeam } from './persons.store.js';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const ANN = { address: 'Ann.Miller@customer.example', name: 'Ann Miller' };

describe('keeping and forgetting', () => {
  let harness: Harness;
  let source: DataSource;

  beforeAll(async () => {
    harness = await startHarness();
    source = await new DataSource({ type: 'postgres', url: harness.database.url }).initialize();
  });
  afterAll(async () => {
    await source.destroy();
    await harness.stop();
  });
  beforeEach(async () => {
    await harness.sql.rows('TRUNCATE dispatch.deliveries, dispatch.legal_holds CASCADE');
    for (const team of ['acme', 'held']) await harness.saveSettings(teamSettings(team));
  });

  const expire = (env: Partial<Harness['env']> = {}) =>
    new ExpireRows(source, createLogger('keeping', 'silent'), expiriesOf({ ...harness.env, ...env })).expire();
  const connected = <T>(work: Parameters<typeof onConnection<T>>[1]): Promise<T> => onConnection(harness.database.url, work);
  const count = async (table: string): Promise<number> => (await harness.sql.rows(`SELECT FROM dispatch.${table}`)).length;

  /** Returns a settled delivery, changed as if it had been taken in and settled `ageMs` ago. */
  async function settled(teamId: string, ageMs = 0, changes: Parameters<typeof invoice>[0] = {}): Promise<{ id: string; key: string }> {
    const job = invoice({ teamId, ...changes });
    await harness.publish(job);
    const { id } = await harness.until(teamId, job.key);
    if (ageMs === 0) return { id, key: job.key };
    const then = (Date.now() - ageMs).toString(16).padStart(12, '0');
    const older = `${then.slice(0, 8)}-${then.slice(8)}${id.slice(13)}`;
    const tables = ['contents', 'attachments', 'recipients', 'attempts', 'search_texts', 'message_aliases'];
    await source.transaction(async (tx) => {
      await tx.query(`SET LOCAL session_replication_role = replica`);
      await tx.query(`UPDATE dispatch.deliveries SET id = $2, settled_at = now() - $3::float8 * interval '1 millisecond' WHERE id = $1`, [
        id,
        older,
        ageMs,
      ]);
      for (const table of tables) await tx.query(`UPDATE dispatch.${table} SET delivery_id = $2 WHERE delivery_id = $1`, [id, older]);
    });
    return { id: older, key: job.key };
  }

  it('removes what has been settled for longer than the log is kept, with all that belongs to it, and nothing of a team under a legal hold', async () => {
    const old = await settled('acme', 11 * YEAR_MS);
    const young = await settled('acme', 9 * YEAR_MS);
    await harness.sql.rows('UPDATE dispatch.deliveries SET resend_of = $1 WHERE id = $2', [old.id, young.id]);
    const held = await settled('held', 11 * YEAR_MS);
    await connected((client) => holdTeam(client, 'held', 'lawsuit 12 O 34/26'));
    expect(await expire()).toMatchObject({ deliveries: 1, contents: 0 });
    const left = await harness.sql.rows<{ id: string }>('SELECT id, resend_of FROM dispatch.deliveries ORDER BY id');
    expect(left).toEqual(
      [
        { id: held.id, resend_of: null },
        { id: young.id, resend_of: null },
      ].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
    for (const table of ['contents', 'attachments', 'recipients', 'attempts', 'search_texts']) expect(await count(table)).toBe(2);
    expect(await connected((client) => releaseTeam(client, 'held'))).toEqual({ released: true });
    expect(await expire()).toMatchObject({ deliveries: 1 });
  });

  it('removes texts and documents sooner where that is set; the log stays, and such a delivery can not be sent again', async () => {
    const { id } = await settled('acme', 2 * YEAR_MS);
    expect(await expire({ RETENTION_CONTENTS: YEAR_MS })).toMatchObject({ deliveries: 0, contents: 1 });
    expect([await count('deliveries'), await count('recipients'), await count('contents'), await count('attachments')]).toEqual([
      1, 1, 0, 0,
    ]);
    const answer = await harness
      .http()
      .post(`/v1/teams/acme/deliveries/${id}/resend`)
      .set('Authorization', `Bearer ${harness.serviceToken}`)
      .send({});
    expect([answer.status, (answer.body as { type: string }).type]).toEqual([409, expect.stringContaining('content-removed')]);
  });

  it('removes jobs that were not taken, in batches, after their time', async () => {
    await harness.sql.rows(
      `INSERT INTO dispatch.rejected_jobs (id, team_id, key, reason, errors, payload)
       SELECT ('0180' || lpad(to_hex(n), 28, '0'))::uuid, 'acme', 'k' || n, 'invalid', '[]', '{}' FROM generate_series(1, 1201) n`,
    );
    expect(await expire()).toMatchObject({ rejected_jobs: 1201 });
  });

  it('tells all that is known of a person, and nothing that is secret or of another', async () => {
    const { id } = await settled('acme', 0, { to: [ANN, { address: 'joann.miller@customer.example' }] });
    const rows = await connected((client) => rowsAbout(client, 'dispatch', 'ann.miller@customer.example'));
    expect(rows).toContainEqual({
      table: 'dispatch.recipients',
      row: expect.objectContaining({ delivery_id: id, address: ANN.address, name: ANN.name }),
    });
    expect(JSON.stringify(rows.filter(({ table }) => table === 'dispatch.recipients'))).not.toContain('joann');
  });

  it('keeps no transcript of what was said to servers of a person that is erased', async () => {
    harness.platform.script = { rcpt: '550 5.1.1 <"ann.miller"@customer.example> is unknown' };
    await settled('acme', 0, { to: [ANN] });
    expect(await connected((client) => rowsAbout(client, 'dispatch', ANN.address))).toContainEqual({
      table: 'dispatch.attempts',
      row: expect.objectContaining({ transcript: expect.stringMatching(/C RCPT TO:<ann\.miller@customer\.example>/i) }),
    });
    await connected((client) => eraseFrom(client, 'dispatch', ANN.address.toLowerCase(), { kept: {}, removed: [], also: forgetName }));
    expect(await harness.sql.rows('SELECT transcript FROM dispatch.attempts')).toEqual([{ transcript: null }]);
  });

  it('erases a person from what is settled, search included, but for teams under a legal hold, and says what stays', async () => {
    await settled('acme', 0, { to: [ANN, { address: 'joann.miller@customer.example' }], text: `For ${ANN.address}` });
    await settled('held', 0, { to: [ANN] });
    await connected((client) => holdTeam(client, 'held', 'lawsuit'));
    const erased = await connected(async (client) => {
      const teams = (await heldTeams(client)).map(({ teamId }) => teamId);
      return eraseFrom(client, 'dispatch', ANN.address.toLowerCase(), { kept: {}, removed: ['rejected_jobs'], also: forgetName }, teams);
    });
    expect(erased.changed).toMatchObject({ 'dispatch.recipients': 1, 'dispatch.contents': 1, 'dispatch.search_texts': 1 });
    expect(erased.left).toContainEqual({ table: 'dispatch.recipients', rows: 1, why: 'a team is under a legal hold' });
    const known = await connected((client) => rowsAbout(client, 'dispatch', ANN.address));
    expect(known.filter(({ row }) => row['team_id'] === 'acme')).toEqual([]);
    const recipients = await harness.sql.rows(
      `SELECT r.address, r.name FROM dispatch.recipients r JOIN dispatch.deliveries d ON d.id = r.delivery_id WHERE d.team_id = 'acme' ORDER BY position`,
    );
    expect(recipients).toEqual([
      { address: expect.stringMatching(/^erased-[0-9a-f]{12}@erased\.invalid$/), name: null },
      { address: 'joann.miller@customer.example', name: null },
    ]);
    const texts = await harness.sql.rows<{ text: string }>(
      `SELECT s.text FROM dispatch.search_texts s JOIN dispatch.deliveries d ON d.id = s.delivery_id WHERE d.team_id = 'acme'`,
    );
    expect(texts[0]?.text).not.toMatch(/(?<!jo)ann.miller|ann miller/);
  });

  it("holds what was open at a backup, whatever makes other deliveries due, until the operator's word, and then tells of the doubt", async () => {
    // The reply concerns one address only, so that it holds up no other delivery.
    harness.platform.script = { rcpt: '450 4.2.0 Recipient address rejected: Greylisted for 300 seconds' };
    const waiting = invoice();
    const later = invoice({ sendAt: new Date(Date.now() + 3_600_000).toISOString() });
    const arrived = invoice({ sendAt: later.sendAt });
    for (const job of [waiting, later, arrived]) await harness.publish(job);
    for (const { key } of [later, arrived]) await harness.until('acme', key, () => true);
    await harness.until('acme', waiting.key, ({ attempts }) => attempts.length > 0);
    await harness.stopResponder();
    const withoutLook = invoice({ teamId: 'nobody-asked-yet' });
    await harness.publish(withoutLook);
    await harness.until(withoutLook.teamId, withoutLook.key, ({ failure }) => failure?.code === 'settings_unavailable');

    const held = await connected(holdOpenDeliveries);
    expect(held).toEqual([
      { teamId: 'acme', deliveries: 3 },
      { teamId: withoutLook.teamId, deliveries: 1 },
    ]);
    harness.platform.script = {};
    harness.platform.forget();
    await harness.startResponder();
    for (const team of ['acme', withoutLook.teamId]) await harness.saveSettings(teamSettings(team, { version: 2 }));
    await settled('acme');
    const copies = () => harness.platform.messages.length - 1;
    expect(copies()).toBe(0);
    expect(await harness.delivery('acme', waiting.key)).toMatchObject({ settledAt: null, failure: { code: 'restored_from_backup' } });

    // The operator cancels a delivery that is known to have arrived. It becomes `uncertain`, because the log can't say more.
    const { id } = (await harness.delivery('acme', arrived.key)) ?? {};
    const cancelling = harness.http().post(`/v1/teams/acme/deliveries/${id}/cancel`).set('Authorization', `Bearer ${harness.serviceToken}`);
    expect((await cancelling).body).toMatchObject({ status: 'uncertain', recipients: [{ status: 'uncertain' }] });

    // The time of this delivery comes while it is held.
    await harness.sql.affected('UPDATE dispatch.deliveries SET due_when_resumed = now() WHERE key = $1', [waiting.key]);
    expect(await connected(resumeHeldDeliveries)).toBe(3);
    for (const job of [waiting, withoutLook]) {
      expect((await harness.until(job.teamId, job.key)).status).toBe('sent');
      expect(await harness.outcomeOf(job.key)).toMatchObject({ delivery: { afterDoubt: [job.to[0]?.address] } });
    }
    expect(copies()).toBe(2);
    expect(await harness.delivery('acme', later.key)).toMatchObject({ settledAt: null, nextTryAt: expect.any(String), failure: null });
  });

  it('knows what is on its way to a person', async () => {
    harness.platform.script = { rcpt: '451 4.3.0 not now' };
    const job = invoice({ to: [ANN], sendAt: new Date(Date.now() + 3_600_000).toISOString() });
    await harness.publish(job);
    const { id } = await harness.until('acme', job.key, () => true);
    expect(await connected((client) => openDeliveriesTo(client, ANN.address.toLowerCase()))).toEqual([{ teamId: 'acme', id }]);
  });
});
