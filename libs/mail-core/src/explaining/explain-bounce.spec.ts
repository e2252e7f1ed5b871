import { BOUNCE_CLASSES, LOCALES } from '@billing-mail/contracts';
import { explainBounce } from './explain-bounce.js';

describe('explainBounce', () => {
  it.each(BOUNCE_CLASSES)('says of %s in every language what happened and what to do', (of) => {
    for (const locale of LOCALES) {
      const { happened, todo } = explainBounce(of, locale);
      for (const text of [happened, todo]) expect(text).toMatch(/^[A-ZÄÖÜ].*\.$/);
      // No codes and no jargon.
      expect(`${happened} ${todo}`).not.toMatch(/\b(SMTP|DSN|[245]\d\d|Bounce)\b/i);
    }
    for (const locale of LOCALES.filter((each) => each !== 'en')) expect(explainBounce(of, locale)).not.toEqual(explainBounce(of, 'en'));
  });
});
