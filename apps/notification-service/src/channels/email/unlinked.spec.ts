import { unlinked } from './unlinked.js';

describe('unlinked', () => {
  it.each([
    ['https://evil.example/pay?x=1', 'https[:]//evil[.]example/pay?x=1'],
    ['www.evil.example', 'www[.]evil[.]example'],
    ['HTTP://EVIL.EXAMPLE:8080', 'HTTP[:]//EVIL[.]EXAMPLE:8080'],
    ['http://192.0.2.7/login', 'http[:]//192[.]0[.]2[.]7/login'],
    ['mailto:thief@evil.example', 'mailto[:]thief@evil[.]example'],
    ['tel:0800123', 'tel[:]0800123'],
    ['evil。example', 'evil[.]example'],
    ['evil．example', 'evil[.]example'],
    ['evil.\u200dexample', 'evil[.]\u200dexample'],
    ['\\\\evil\\share', '\\evil\\share'],
    ['javascript:alert(1)', 'javascript[:]alert(1)'],
    ['münchen.de, пример.рф', 'münchen[.]de, пример[.]рф'],
  ])('leaves nothing to be opened in %j', (text, expected) => {
    expect(unlinked(text)).toBe(expected);
  });

  it.each([
    '550 5.1.1 no such user. Ask again.',
    'Seit 12:30 Uhr',
    'Rechnung „2026-0042“ konnte nicht verschickt werden.',
    'Betrag: 1.234,50',
  ])('leaves other text as it is: %j', (text) => {
    expect(unlinked(text)).toBe(text);
  });
});
