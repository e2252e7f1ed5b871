import { preferredLocale } from './reader-locale.js';

describe('preferredLocale', () => {
  it.each([
    ['de', 'de'],
    ['en', 'en'],
    ['DE-at', 'de'],
    ['de-Latn-DE-1996', 'de'],
    ['de-DE,de;q=0.9,en;q=0.8', 'de'],
    ['en;q=0.5, de;q=0.501', 'de'],
    ['en;q=0.5, de;q=0.5', 'en'],
    ['eo, de;q=0.1', 'de'],
    ['eo;q=1.0 , en ; q=0.3', 'en'],
    ['en;q=0, de;q=0.001', 'de'],
    ['en;Q=0.2,de', 'de'],
    [',,de,', 'de'],
  ])('reads %j as %s', (header, wanted) => expect(preferredLocale(header)).toBe(wanted));

  it.each([
    undefined,
    '',
    '*',
    'eo',
    'eo, *;q=0.5',
    'de;q=0',
    'deutsch',
    'de;q=2',
    'de;q=',
    'de;level=1',
    'de_DE',
    'de\u00e4',
    '; q=1',
    'e',
  ])('finds nothing that helps in %j', (header) => expect(preferredLocale(header)).toBeNull());

  it('takes a header of any length in its stride', () => {
    expect(preferredLocale(`${'x-'.repeat(50_000)},${',;q=0.'.repeat(50_000)},de`)).toBe('de');
  });
});
