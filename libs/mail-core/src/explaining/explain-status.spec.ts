import { explainStatus, type SettledResult } from './explain-status.js';

const result = (status: SettledResult['status'], accepted: number, recipients: number, usedFallback = false): SettledResult => ({
  status,
  accepted,
  recipients,
  usedFallback,
});

describe('explainStatus', () => {
  it.each([
    [result('sent', 1, 1), 'The document went out to 1 recipient.', 'Der Beleg ging an 1 Empfänger.'],
    [
      result('sent', 3, 3, true),
      'The document went out to 3 recipients by our platform, because your mail server could not send it.',
      'Der Beleg ging über unsere Plattform an 3 Empfänger, weil Ihr Mailserver ihn nicht verschicken konnte.',
    ],
    [result('partly_sent', 2, 3), 'The document went out to only 2 of 3 recipients.', 'Der Beleg ging nur an 2 von 3 Empfängern.'],
    [result('failed', 0, 3), 'The document could not be sent.', 'Der Beleg konnte nicht verschickt werden.'],
    [result('uncertain', 0, 1), 'It is uncertain whether the document has arrived.', 'Es ist ungewiss, ob der Beleg angekommen ist.'],
    [
      result('cancelled', 0, 2),
      'Sending was cancelled before the document had gone out to anybody.',
      'Der Versand wurde abgebrochen, bevor der Beleg an jemanden gegangen war.',
    ],
    [
      result('cancelled', 1, 2),
      'Sending was cancelled; the document had already gone out to 1 of 2 recipients.',
      'Der Versand wurde abgebrochen; der Beleg war schon an 1 von 2 Empfängern gegangen.',
    ],
  ])('%j reads as an English and a German sentence', (settled, english, german) => {
    expect(explainStatus(settled, 'en')).toBe(english);
    expect(explainStatus(settled, 'de')).toBe(german);
  });
});
