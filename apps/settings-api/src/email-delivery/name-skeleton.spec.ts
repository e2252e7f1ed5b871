import { isNamedIn, skeletonsOf } from './name-skeleton.js';

const areConfusable = (one: string, other: string): boolean => skeletonsOf(one).some((each) => skeletonsOf(other).includes(each));

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
    ['with a line under a letter', 'ACME GmbH', 'A\u0332CME GmbH'],
    ['with a line under each letter', 'ACME GmbH', 'A\u0332C\u0332M\u0332E\u0332 GmbH'],
    ['with a mark that has a letter of its own', 'Müller', 'Mu\u0308\u0332ller'],
    ['with a mark after a joiner', 'Globex', 'Glo\u200d\u0332bex'],
    ['with a mark on a sign and on a digit', 'Globex', 'G1\u0332o-\u0332bex'],
    ['with a circle around a letter', 'Globex', 'Glo\u20ddbex'],
    ['with two marks', 'Globex', 'Glo\u0332\u0336bex'],
    ['with a mark on a Greek letter', '\u0391\u03bb\u03c6\u03b1', '\u0391\u03bb\u0332\u03c6\u03b1'],
    ['with a mark on a Cyrillic letter', '\u041b\u0438\u0433\u0430', '\u041b\u0438\u0332\u0433\u0430'],
  ])('are confusable: %s', (_name, one, other) => {
    expect(areConfusable(one, other)).toBe(true);
  });

  it.each([
    ['ACME GmbH', 'ACME AG'],
    ['Müller', 'Muller'],
    ['Mu\u0308ller', 'Muller'],
    // The vowels of Hindi are marks.
    ['\u0915\u093f\u0930\u0928', '\u0915\u0941\u0930\u0928'],
    ['Globex', 'Initech'],
    ['\u738b', '\u674e'],
  ])('are not: %s and %s', (one, other) => {
    expect(areConfusable(one, other)).toBe(false);
  });

  it.each([
    ['at its beginning', 'Billing Mail Support', 'Billing Mail'],
    ['at its end', 'The Billing Mail', 'Billing Mail'],
    ['with signs between', 'ACME/Billing-Mail/Invoices', 'Billing Mail'],
    ['as one word', 'BillingMail Security', 'Billing Mail'],
    ['letter by letter', 'B.i.l.l.i.n.g M.a.i.l Security', 'Billing Mail'],
    ['with a sign for a letter', 'Bi||ing Mail Security', 'Billing Mail'],
    ['with a sign like a letter between', 'ACME|Billing|Mail', 'Billing Mail'],
    ['a domain in an address', 'From www.platform.example/x', 'platform.example'],
    ['a domain as words', 'Platform Example GmbH', 'platform.example'],
    ['a domain within a longer one', 'rechnungen-pIatform.example.net', 'platform.example'],
  ])('are seen in another one: %s', (_name, name, own) => {
    expect(isNamedIn(name, own)).toBe(true);
  });

  it.each([
    ['Billing Mailers', 'Billing Mail'],
    ['Rebilling Mail', 'Billing Mail'],
    ['Mail Billing', 'Billing Mail'],
    ['E-Mail Deutschland', 'mail.de'],
    ['***', 'Billing Mail'],
  ])('are not seen in another one: in %s not %s', (name, own) => {
    expect(isNamedIn(name, own)).toBe(false);
  });

  it('made of signs alone have nothing to be taken for', () => {
    expect(skeletonsOf('***')).toEqual([]);
  });
});
