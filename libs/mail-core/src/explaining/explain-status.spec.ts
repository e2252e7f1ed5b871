import { explainStatus, type SettledResult } from './explain-status.js';

const result = (status: SettledResult['status'], accepted: number, recipients: number, usedFallback = false): SettledResult => ({
  status,
  accepted,
  recipients,
  usedFallback,
});

describe('explainStatus', () => {
  it.each([
    [result('sent', 1, 1), 'The document went out to 1 recipient.', 'Das Dokument ging an 1 Empfänger.'],
    [
      result('sent', 3, 3, true),
      'The document went out to 3 recipients by our mail server, because yours could not send it.',
      'Das Dokument ging über unseren Mailserver an 3 Empfänger, weil Ihrer es nicht verschicken konnte.',
    ],
    [result('partly_sent', 2, 3), 'The document went out to only 2 of 3 recipients.', 'Das Dokument ging nur an 2 von 3 Empfängern.'],
    [result('failed', 0, 3), 'The document could not be sent.', 'Das Dokument konnte nicht verschickt werden.'],
    [result('uncertain', 0, 1), 'It is uncertain whether the document has arrived.', 'Es ist ungewiss, ob das Dokument angekommen ist.'],
    [
      result('cancelled', 0, 2),
      'Sending was cancelled before anybody got the document.',
      'Der Versand wurde abgebrochen, bevor jemand das Dokument erhalten hat.',
    ],
    [
      result('cancelled', 1, 2),
      'Sending was cancelled; the document had already gone out to 1 of 2 recipients.',
      'Der Versand wurde abgebrochen; das Dokument war schon an 1 von 2 Empfängern gegangen.',
    ],
  ])('%j reads as an English and a German sentence', (settled, english, german) => {
    expect(explainStatus(settled, 'en')).toBe(english);
    expect(explainStatus(settled, 'de')).toBe(german);
  });
});
