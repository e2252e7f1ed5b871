// Makes valid payloads wrong. The same seed gives the same payloads, so that a failure can be reproduced.

/** Returns a generator of numbers from 0 up to 1 (mulberry32, 32 bits). */
export function randomBy(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

/** Values that are put in place of valid ones; each has caused a fault somewhere. */
const ODD_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, -0, 1e308, 2 ** 53, 0.1, 2147483648, '', ' ', [], {}, [[]], [null], { length: 1e9 }],
  ...[
    '\u0000',
    '\ud800',
    '\udfff\ud800',
    '\r\nBcc: x@evil.example',
    '\n.\r\n',
    '\u202e',
    '\u200b',
    '\ufeff',
    '\u2028',
    '💥',
    'é',
    'e\u0301',
  ],
  ...['x'.repeat(999), 'x'.repeat(70_000), '%00', '$1', "' OR 1=1 --", '<script>', '{{7*7}}', '${7*7}', '../..', '=?utf-8?q?x?='],
  ...['__proto__', 'constructor', 'toString', 'undefined', 'NaN', 'null', '1e999', '2026-13-45T99:99:99Z', '+010000-01-01T00:00:00Z'],
  ...['a@b', 'a@b.example', '"a b"@c.example', 'a@[127.0.0.1]', 'ä@ö.example', `${'a'.repeat(65)}@b.example`, 'a@b.example,c@d.example'],
  ...[deep(40), deep(200), Array.from({ length: 5000 }, () => 1), Array.from({ length: 300 }, (_, index) => ({ address: index }))],
];
const ODD_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  '',
  ' ',
  '\u0000',
  '\ud800',
  'a/b~c',
  'length',
  'then',
  'toJSON',
  'x'.repeat(5000),
];

type Container = Record<string, unknown> | unknown[];
const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** Returns every object and list in a value, including the value itself. */
function containersIn(value: unknown): Container[] {
  const found: Container[] = [];
  for (const open: unknown[] = [value]; open.length > 0;) {
    const next = open.pop();
    if (!isContainer(next)) continue;
    found.push(next);
    open.push(...Object.values(next));
  }
  return found;
}

/** Returns a copy with one to four changes: a value made odd, removed, added, garbled, doubled, or replaced by a copy of another part. */
export function mutate(valid: unknown, random: () => number): unknown {
  const copy = structuredClone(valid);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const changes: ((inside: Container, name: string) => void)[] = [
    (inside, name) => put(inside, name, structuredClone(pick(ODD_VALUES))),
    (inside, name) => put(inside, name, structuredClone(pick(ODD_VALUES))),
    (inside, name) => void (Array.isArray(inside) ? inside.splice(Number(name), 1) : delete inside[name]),
    (inside) => put(inside, pick(ODD_NAMES), structuredClone(pick(ODD_VALUES))),
    (inside, name) => put(inside, name, garbled((inside as Record<string, unknown>)[name], random)),
    (inside, name) =>
      Array.isArray(inside) ? void inside.push(...structuredClone(inside)) : put(inside, `${name}2`, structuredClone(inside[name])),
    (inside, name) => put(inside, name, structuredClone(pick(containersIn(copy)))),
  ];
  for (let count = 1 + Math.floor(random() * 4); count > 0; count -= 1) {
    const inside = pick(containersIn(copy).slice(0, 2000));
    pick(changes)(inside, pick(Object.keys(inside)) ?? '0');
  }
  return copy;
}

/** Sets a field as JSON.parse would: a name such as `__proto__` becomes an own property. */
function put(inside: Container, name: string, value: unknown): void {
  if (Array.isArray(inside)) inside[Math.min(Number(name) || 0, inside.length)] = value;
  else Object.defineProperty(inside, name, { value, enumerable: true, configurable: true, writable: true });
}

function garbled(value: unknown, random: () => number): unknown {
  if (typeof value === 'number') return -value;
  if (isContainer(value)) return 'text';
  if (typeof value !== 'string') return String(value);
  const at = Math.floor(random() * (value.length + 1));
  return `${value.slice(0, at)}${String.fromCharCode(Math.floor(random() * 0x10000))}${value.slice(at + Math.floor(random() * 3))}`;
}

/** Returns a mutation as JSON. One in ten is damaged as text too, so that it may be invalid JSON. */
export function mutateText(valid: unknown, random: () => number): string {
  const text = JSON.stringify(mutate(valid, random)) ?? 'null';
  if (random() > 0.1) return text;
  const at = Math.floor(random() * text.length);
  return `${text.slice(0, at)}${random() > 0.5 ? '"]}[{,:\\u'.charAt(Math.floor(random() * 9)) : ''}${text.slice(at + 1)}`;
}
