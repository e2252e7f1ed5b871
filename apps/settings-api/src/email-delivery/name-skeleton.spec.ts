import { areConfusable, skeletonsOf } from './name-skeleton.js';

describe('names', () => {
  it.each([
    ['the same', 'ACME GmbH', 'ACME GmbH'],
    ['the same in small letters', 'ACME GmbH', 'acme gmbh'],
    ['with other blanks and signs', 'ACME GmbH', 'A.C.M.E  GmbH.'],
    ['with Cyrillic letters', 'ACME GmbH', '\u0410\u0421\u041c\u0415 GmbH'],
    ['with small Cyrillic letters', 'Paypal', 'P\u0430yp\u0430l'],
    ['with a capital I for an l', 'Billing Mail', 'BiIling Mail'],
    ['with a digit', 'Globex', 'G1obex'],
    ['full-width', 'Globex', '\uff27\uff4c\uff4f\uff42\uff45\uff58'],
    ['mathematical', 'Globex', '\u{1d406}\u{1d425}\u{1d428}\u{1d41b}\u{1d41e}\u{1d431}'],
    ['with joiners inside', 'Globex', 'Glo\u200cbex'],
    ['rn for m', 'Modern', 'Modem'],
  ])('are confusable: %s', (_name, one, other) => {
    expect(areConfusable(one, other)).toBe(true);
  });

  it.each([
    ['ACME GmbH', 'ACME AG'],
    ['Müller', 'Muller'],
    ['Globex', 'Initech'],
    ['\u738b', '\u674e'],
  ])('are not: %s and %s', (one, other) => {
    expect(areConfusable(one, other)).toBe(false);
  });

  it('made of signs alone have nothing to be taken for', () => {
    expect(skeletonsOf('***')).toEqual([]);
  });
});
