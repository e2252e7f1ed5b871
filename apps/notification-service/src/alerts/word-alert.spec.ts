import {
  DOCUMENT_TYPES,
  FAILURE_CODES,
  type FailureCode,
  type Locale,
  LOCALES,
  type OutcomeEvent,
  outcomeEvent,
  SEEN_FOR_REPLY,
} from '@billing-mail/contracts';
import { explainFailure } from '@billing-mail/mail-core';
import fc from 'fast-check';
import {
  cameBack,
  doubted,
  inDoubt,
  INCIDENTS,
  rejected,
  SAMPLES,
  SERVER_DOWN,
  settled,
  UNKNOWN_RECIPIENT,
} from '../testing/sample-outcomes.js';
import { CATALOGUES } from '../words/catalogues.js';
import { decideAlert } from './alert-table.js';
import { renderAlert } from './wording/render-alert.js';

const word = (event: OutcomeEvent, locale: Locale, count = 1) => {
  const alert = decideAlert(event);
  if (alert === null) throw new Error('Nothing to tell.');
  return renderAlert(alert.params, count, locale);
};

/** Returns every text that a catalogue can make, with its path. */
function allTexts(value: unknown, path = ''): [string, string][] {
  const about = { document: 'DOCUMENT', count: 1, accepted: 1, recipients: 3, byPlatform: 1 };
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    if (path.endsWith('/titleOfMany') || path.endsWith('/ofMany')) return [[path, value(12)]];
    if (/\/(?:delivery|rejection|bounce)\//.test(path))
      return [
        [path, value(about)],
        ...(path.includes('fail') || path.includes('fell') ? [[`${path} many`, value({ ...about, count: 12 })] as [string, string]] : []),
      ];
    return path.includes('/alerts/') ? [1, 12].map((count) => [`${path} ${count}`, value(count, count)]) : [[path, value('VALUE')]];
  }
  if (value === null) return [[path, '(nothing)']];
  return Object.entries(value as object).flatMap(([name, part]) => allTexts(part, `${path}/${name}`));
}

describe('the words of alerts', () => {
  const english = new Map(allTexts(CATALOGUES.en));

  it.each(LOCALES.filter((locale) => locale !== 'en'))('say in %s the same things as in English, in other words', (locale) => {
    const translated = new Map(allTexts(CATALOGUES[locale]));
    expect([...translated.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [path, text] of english) {
      if (text === '(nothing)') expect([path, translated.get(path)]).toEqual([path, text]);
      else expect([path, translated.get(path)]).not.toEqual([path, text]);
    }
  });

  it.each(LOCALES)('say nothing empty in %s, leave no placeholder, and end sentences', (locale) => {
    for (const [path, text] of allTexts(CATALOGUES[locale])) {
      expect([path, text.trim()]).not.toEqual([path, '']);
      expect(text).not.toMatch(/[{}]|undefined|null|\[object|NaN/);
      if (/happened|means|todo|Note|Footer|noReason/.test(path) && text !== '(nothing)')
        expect([path, text]).toEqual([path, expect.stringMatching(/\.$/)]);
    }
  });

  it('address Germans formally', () => {
    for (const [, text] of allTexts(CATALOGUES.de)) expect(text).not.toMatch(/\b(du|dein|deine|dir|dich|euch)\b/i);
  });
});

/** The languages in which the sentences of an alert are compared. What can hold in every language is tested for all LOCALES. */
const COMPARED = ['en', 'de'] as const;
type Compared = (typeof COMPARED)[number];

describe('an alert in words', () => {
  const statuses: [string, OutcomeEvent, Record<Compared, RegExp>][] = [
    ['failed', SAMPLES.failed(), { en: /could not be sent/, de: /konnte nicht verschickt werden/ }],
    ['partly sent', SAMPLES.partlySent(), { en: /2 of 3 recipients/, de: /2 von 3 Empfängern/ }],
    ['uncertain', SAMPLES.uncertain(), { en: /not certain/, de: /ungewiss/ }],
    ['sent after a doubt', SAMPLES.sentAfterDoubt(), { en: /second copy may have arrived/, de: /vielleicht doppelt angekommen/ }],
    ['fallen back', SAMPLES.fellBack({}, 3), { en: /sent by our platform/, de: /über unsere Plattform/ }],
    ['cancelled', SAMPLES.cancelled(), { en: /cancelled/, de: /abgebrochen/ }],
    [
      'failed on both routes',
      settled({ status: 'failed', usedFallback: true, failure: SERVER_DOWN }),
      { en: /neither .* nor by our platform/, de: /weder .* noch über unsere Plattform/ },
    ],
    ['rejected as invalid', rejected(), { en: /not accepted/, de: /nicht zum Versand angenommen/ }],
    ['rejected for its key', rejected({ reason: 'key_conflict' }), { en: /same key/, de: /demselben Schlüssel/ }],
    [
      'rejected for its place in a series',
      rejected({ reason: 'recurrence_conflict' }),
      { en: /under another key/, de: /anderen Schlüssel/ },
    ],
    ['given up', rejected({ reason: 'given_up' }), { en: /several times/, de: /mehrfach/ }],
    ['rejected for its team', rejected({ reason: 'team_unknown' }), { en: /not set up/, de: /nicht eingerichtet/ }],
  ];

  it.each(statuses.flatMap(([name, event, expected]) => COMPARED.map((locale) => [name, locale, event, expected[locale]] as const)))(
    'says of a %s (%s) what happened, to which document, and what to do',
    (_name, locale, event, expected) => {
      const { title, body } = word(event, locale);
      expect(`${title}\n${body}`).toMatch(expected);
      expect(title).toContain('2026-0042');
      expect(body.split('\n\n').length).toBeGreaterThanOrEqual(2);
      expect(body).not.toMatch(/undefined|null|\[object/);
    },
  );

  describe.each(COMPARED)('of a fallback (%s)', (locale) => {
    const AGAIN = {
      en: /send [^.]*again|could not be used/i,
      de: /(verschick|send)[^.]*(erneut|noch einmal|wieder)|kein Versand möglich/i,
    };
    const PLEASE_NOT = { en: 'Do not send anything again', de: 'Verschicken Sie nichts davon erneut' };
    const fellBack = (code: FailureCode, byPlatform?: number) => {
      const event = SAMPLES.fellBack({}, byPlatform);
      event.delivery.failure = { ...SERVER_DOWN, code };
      return event;
    };

    it.each(FAILURE_CODES)('asks nobody to send again what has gone out (%s)', (code) => {
      for (const [byPlatform, count] of [[3], [1], [undefined], [1, 12]]) {
        const { title, body } = word(fellBack(code, byPlatform), locale, count);
        expect(body).toContain(PLEASE_NOT[locale]);
        expect(`${title} ${body.replace(PLEASE_NOT[locale], '')}`).not.toMatch(AGAIN[locale]);
      }
    });

    it('says how many the own server accepted, and does not say that it accepted none', () => {
      const { body } = word(fellBack('mailbox_full', 1), locale);
      expect(body).toContain(locale === 'en' ? 'accepted the document for 2 of 3 recipients' : 'nur für 2 von 3 Empfängern angenommen');
      expect(body).not.toContain(explainFailure({ ...SERVER_DOWN, code: 'mailbox_full' }, locale).todo);
    });

    it('says what is to be done about the server', () => {
      const { body } = word(fellBack('smtp_auth_rejected', 3), locale);
      expect(body).toContain(explainFailure({ ...SERVER_DOWN, code: 'smtp_auth_rejected' }, locale).todo);
    });
  });

  describe.each(COMPARED)('of a doubt (%s)', (locale) => {
    const SEEN = {
      broke: { en: /connection broke off/, de: /brach die Verbindung ab/ },
      stalled: { en: /no answer came in time/, de: /nicht rechtzeitig eine Antwort/ },
      nonsense: { en: /cannot be understood/, de: /nicht zu verstehen/ },
      interrupted: { en: /Our system was interrupted/, de: /Unser System wurde unterbrochen/ },
    };

    it.each(SEEN_FOR_REPLY)('says what was seen, who may have it and what to do, and nothing else (%s)', (seen) => {
      const { body } = word(doubted(seen), locale);
      for (const other of SEEN_FOR_REPLY) expect(SEEN[other][locale].test(body)).toBe(other === seen);
      expect(body).toContain('smtp.acme.example');
      expect(body).toContain(`${CATALOGUES[locale].mayHave}\n– pay@customer.example`);
      expect(body).toContain(CATALOGUES[locale].alerts.delivery.uncertain.todo);
      expect(body).not.toContain(CATALOGUES[locale].notReached);
      expect(body).not.toMatch(/received all|vollständig empfangen/);
    });

    it('tells of those in doubt while others are still tried, and of nobody that it was not sent to them', () => {
      const { title, body } = word(inDoubt(), locale);
      const words = CATALOGUES[locale];
      expect(title).toMatch({ en: /some recipients/, de: /einem Teil der Empfänger/ }[locale]);
      expect(body).toContain(`${words.mayHave}\n– pay@customer.example\n`);
      expect(body).toContain(CATALOGUES[locale].alerts.delivery.in_doubt.means);
      // It may have been sent to them twice already.
      expect(body).toMatch(/From now on it is not sent again automatically|wird er von nun an nicht mehr automatisch verschickt/);
      expect(body).not.toContain(words.notReached);
      expect(body).toMatch(SEEN.broke[locale]);
    });

    it('quotes an answer that makes no sense', () => {
      expect(word(doubted('nonsense', 'HTTP/1.1 400 Bad Request'), locale).body).toContain('HTTP/1.1 400 Bad Request');
    });

    it('says no more than is known where nothing was recorded', () => {
      const { body } = word(SAMPLES.uncertain(), locale);
      for (const words of Object.values(SEEN)) expect(body).not.toMatch(words[locale]);
    });

    it('tells those that may have it from those that do not', () => {
      const event = doubted('broke');
      event.delivery.troubled.push({ address: 'no@customer.example', role: 'cc', status: 'rejected', failure: UNKNOWN_RECIPIENT });
      event.delivery.counts.recipients = 3;
      const { body } = word(event, locale);
      expect(body).toMatch(
        new RegExp(`${CATALOGUES[locale].notReached}\n– no@customer.example [^\n]*\n\n${CATALOGUES[locale].mayHave}\n– pay@`),
      );
    });

    it('tells also beside other news that a second copy may have arrived', () => {
      const event = SAMPLES.partlySent();
      event.delivery.afterDoubt = ['pay@customer.example'];
      expect(word(event, locale).body).toContain(`${CATALOGUES[locale].mayHaveTwice}\n– pay@customer.example`);
    });
  });

  it.each(COMPARED)('says since when a server is down, what waits, and what to do (%s)', (locale) => {
    const { title, body } = word(INCIDENTS.serverDown(), locale);
    const { happened, todo } = explainFailure(INCIDENTS.serverDown().failure, locale);
    expect(title).toContain('smtp.acme.example');
    for (const part of [
      happened,
      todo,
      '12',
      '535 5.7.8 no',
      locale === 'en' ? '3 November 2026' : '3. November 2026 um 07:00 Uhr UTC',
      '07:00',
      'UTC',
    ])
      expect(body).toContain(part);
  });

  it.each(COMPARED)('says since when the platform can not send, what waits, and that nothing is to be done (%s)', (locale) => {
    const { body } = word(INCIDENTS.platformUnavailable(), locale);
    for (const part of ['3', '07:00', { en: 'tell our support', de: 'an unseren Kundendienst' }[locale]]) expect(body).toContain(part);
  });

  it.each([
    [14, 'en', 'expires in 14 days', 'is valid until 17 November', 'Once it has expired, documents'],
    [1, 'de', 'läuft in 1 Tag ab', 'gilt bis 17. November', 'Nach dem Ablauf warten Belege'],
    [0, 'en', 'expires today', 'is valid until 17 November', 'Once it has expired, documents'],
    [0, 'de', 'läuft heute ab', 'gilt bis 17. November', 'Nach dem Ablauf warten Belege'],
    [-1, 'en', 'has expired', 'was valid until 17 November', 'Documents that the platform sends wait'],
    [-1, 'de', 'ist abgelaufen', 'galt bis 17. November', 'Belege, die über die Plattform gehen, warten'],
  ] as const)('says when the certificate runs out, and what happens then (%s, %s)', (daysLeft, locale, heading, valid, means) => {
    const { title, body } = word(INCIDENTS.certificateExpiring(daysLeft), locale);
    expect(title).toBe(
      `${{ en: 'The signing certificate of the platform', de: 'Das Signaturzertifikat der Plattform' }[locale]} ${heading}`,
    );
    for (const part of [valid, means]) expect(body).toContain(part);
  });

  it.each([
    [14, 'en', 'Your signing certificate expires in 14 days', 'Once it has expired, documents'],
    [1, 'de', 'Ihr Signaturzertifikat läuft in 1 Tag ab', 'Nach dem Ablauf warten Belege'],
    [-1, 'de', 'Ihr Signaturzertifikat ist abgelaufen', 'Belege, die über Ihren eigenen Mailserver gehen, warten.'],
  ] as const)("says when a team's own certificate runs out, and what happens then (%s, %s)", (daysLeft, locale, heading, means) => {
    const { title, body } = word(INCIDENTS.ownCertificateExpiring(daysLeft), locale);
    expect(title).toBe(heading);
    for (const part of [daysLeft < 0 ? 'galt bis 17' : '17', 'billing@acme.example', means]) expect(body).toContain(part);
  });

  it.each([
    ['authority', 14, 'en', 'The certificate of the authority of your mail server expires in 14 days', 'whoever runs your mail server'],
    ['authority', 14, 'de', 'Das Zertifikat der Zertifizierungsstelle Ihres Mailservers läuft in 14 Tagen ab', 'Ihren Mailserver betreibt'],
    ['pin', 0, 'en', 'The pinned certificate of your mail server expires today', 'whoever runs your mail server'],
    ['pin', 0, 'de', 'Das hinterlegte Zertifikat Ihres Mailservers läuft heute ab', 'Ihren Mailserver betreibt'],
    ['client', -1, 'en', 'The certificate that we present to your mail server has expired', 'set it in the settings'],
    ['client', -1, 'de', 'Das Zertifikat, das wir Ihrem Mailserver vorlegen, ist abgelaufen', 'hinterlegen Sie es in den Einstellungen'],
  ] as const)('says when a certificate between us and the mail server runs out (%s, %s, %s)', (use, daysLeft, locale, heading, todo) => {
    const event = { ...INCIDENTS.ownCertificateExpiring(daysLeft), use, addresses: [], subject: 'CN=Mail CA of ACME' };
    const { title, body } = word(event, locale);
    expect(title).toBe(heading);
    for (const part of ['17', 'CN=Mail CA of ACME', todo]) expect(body).toContain(part);
  });

  it.each(LOCALES)('explains why, what it means and what to do (%s)', (locale) => {
    const { happened, means, todo } = explainFailure(SERVER_DOWN, locale);
    const { body } = word(SAMPLES.failed(), locale);
    for (const part of [happened, means, todo, 'pay@customer.example']) expect(body).toContain(part);
  });

  it.each(COMPARED)('lists each address that was not reached with its reason and the answer of the server (%s)', (locale) => {
    const { body } = word(SAMPLES.partlySent(), locale);
    expect(body).toMatch(/– gone@customer\.example \((copy|Kopie)\): /);
    expect(body).toContain(explainFailure(UNKNOWN_RECIPIENT, locale).happened);
    expect(body).toContain('550 5.1.1 no such user');
  });

  it('tells the reason of a recipient also when it is that of the delivery', () => {
    const event = SAMPLES.partlySent();
    event.delivery.failure = UNKNOWN_RECIPIENT;
    expect(word(event, 'en').body).toContain(explainFailure(UNKNOWN_RECIPIENT, 'en').happened);
  });

  it('tells the reason that all recipients of a failed delivery share once', () => {
    const { body } = word(SAMPLES.failed(), 'en');
    expect(body.split(explainFailure(SERVER_DOWN, 'en').happened)).toHaveLength(2);
    expect(body).toContain('– pay@customer.example');
  });

  it('lists twenty addresses and counts the rest', () => {
    const troubled = Array.from({ length: 50 }, (_, index) => ({
      address: `r${index}@customer.example`,
      role: 'to' as const,
      status: 'rejected' as const,
      failure: null,
    }));
    const { body } = word(settled({ status: 'partly_sent', troubled, counts: { recipients: 300, accepted: 100 } }), 'en');
    expect(body.match(/– r\d+@/g)).toHaveLength(20);
    expect(body).toContain('– and 180 more');
  });

  it.each(COMPARED)('says how many documents share the trouble, and which is the latest (%s)', (locale) => {
    const { title, body } = word(SAMPLES.failed(), locale, 1234);
    expect(title).toMatch(locale === 'en' ? /^1,234 documents could/ : /^1\.234 Belege konnten/);
    expect(body).toContain('2026-0042');
    expect(body).not.toContain('pay@customer.example');
  });

  it('names every type of document in both languages, and falls back on the id', () => {
    const names = DOCUMENT_TYPES.map((type) => word(settled({ status: 'failed', document: { id: 'id-7', type } }), 'de').title);
    expect(new Set(names).size).toBe(DOCUMENT_TYPES.length);
    expect(names.every((name) => name.includes('id-7'))).toBe(true);
    expect(names[0]).toMatch(/^Rechnung /);
  });

  it('has words for every failure in both languages', () => {
    for (const code of FAILURE_CODES) {
      for (const locale of LOCALES) {
        const { body } = word(settled({ status: 'failed', failure: { code, server: 'smtp.acme.example:587', reply: null } }), locale);
        expect(body.length).toBeGreaterThan(80);
      }
    }
  });

  it('keeps foreign text to one harmless line each', () => {
    const nasty = fc.string({ unit: 'binary', maxLength: 600 });
    fc.assert(
      fc.property(nasty, nasty, nasty, (number, reply, address) => {
        const failure = { ...SERVER_DOWN, reply };
        const event = outcomeEvent.parse(rejected({ documentNumber: number, errors: [{ pointer: address, message: reply }] }));
        const delivery = settled({
          status: 'partly_sent',
          failure,
          troubled: [{ address, role: 'to', status: 'rejected', failure: { ...failure, code: 'recipient_refused' } }],
        });
        for (const { title, body } of [word(event, 'de'), word(delivery, 'de')]) {
          expect(title).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
          expect(body.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
          expect(body.isWellFormed() && title.isWellFormed()).toBe(true);
          expect(Array.from(title).length).toBeLessThan(300);
        }
      }),
    );
  });
});

describe('what came back', () => {
  it('says who does not have which document, why, and what to do', () => {
    const { title, body } = word(cameBack(), 'en');
    expect(title).toBe('Invoice “2026-0042” came back');
    expect(body).toContain('came back from some of the 3 recipients. Nothing has come back from 2 of them.');
    expect(body).toContain(
      '– gone@customer.example: This e-mail address does not exist. Reply from the mail server: “550 5.1.1 no such user”',
    );
    expect(body).toContain('Correct the address and send the document again.');
    expect(body.indexOf('Correct the address')).toBeLessThan(body.indexOf('Open the delivery to send it again'));
    expect(word(cameBack(), 'de').body).toContain('– gone@customer.example: Diese E-Mail-Adresse gibt es nicht. ');
  });

  it('says that nobody knows from whom, where the report does not tell', () => {
    const { body } = word(cameBack('bounced', { recipients: [], class: 'mailbox_full', reply: null }), 'en');
    expect(body).toContain('was sent to 3 recipients, and came back. The other server does not say from which of them.');
    expect(body).toContain('The mailbox of the recipient is full.');
  });

  it('does not count reports that name nobody as documents: all are about the same one', () => {
    const { title, body } = word(cameBack('bounced', { recipients: [], class: 'mailbox_full', reply: null }), 'en', 3);
    expect(title).toBe('Invoice “2026-0042” came back, and it is not known from whom');
    expect(body).not.toContain('3 documents');
  });

  it.each([
    [
      'en',
      'Invoice “2026-0042”: a copy that was passed on came back',
      'from the recipient nothing came back',
      'Reply from the mail server:',
    ],
    ['de', 'Rechnung „2026-0042“: eine weitergeleitete Kopie kam zurück', 'vom Empfänger selbst kam nichts', 'Antwort des Mailservers:'],
  ] as const)('says of the only recipient that nothing came back from there, but a copy that was passed on (%s)', (locale, ...parts) => {
    const copy = { recipients: [], class: 'mailbox_full' as const, reply: '552 5.2.2 full' };
    const event = cameBack('bounced', { status: 'sent', counts: { recipients: 1, accepted: 1 }, ...copy });
    const { title, body } = word(event, locale);
    const [heading, ...inBody] = parts;
    expect(title).toBe(heading);
    for (const part of [...inBody, '552 5.2.2 full']) expect(body).toContain(part);
    // The alert contains neither the reason nor the advice for recipients who do not have the document.
    expect(body).not.toMatch(/mailbox of the recipient|Postfach|room|Platz/);
    expect(decideAlert(event)).toMatchObject({ severity: 'warning' });
  });

  it('does not ask to send again what arrived or is on its way', () => {
    for (const what of ['complaint', 'known_dead'] as const) {
      expect(word(cameBack(what), 'en').body).not.toContain('send the document again');
      expect(word(cameBack(what), 'de').body).not.toContain('erneut');
    }
  });

  it('counts the documents to one address', () => {
    expect(word(cameBack(), 'en', 3).title).toBe('3 documents to the same address came back');
  });
});
