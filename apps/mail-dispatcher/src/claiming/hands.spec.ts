import { Hands, type HandsOptions } from './hands.js';

const LANE = 'acme/platform';
const never = new AbortController().signal;

function handsWith(options: Partial<HandsOptions> = {}): Hands {
  return new Hands({
    ...{ count: 4, places: 1, customRoom: 3, isFailing: () => false, startsNow: () => null, started: () => undefined },
    ...options,
  });
}

function handOf(hands: Hands): NonNullable<ReturnType<Hands['take']>> {
  const hand = hands.take(LANE);
  if (hand === null) throw new Error('there is no hand');
  return hand;
}

describe('a delivery in hand', () => {
  it('talks to a server once one of those that do is done', async () => {
    const hands = handsWith();
    const [first, second] = [handOf(hands), handOf(hands)];
    expect(first.goToServer(never)).toBe(true);
    const going = second.goToServer(never);
    expect(going).toBeInstanceOf(Promise);
    first.free();
    expect(await going).toBe(true);
    second.free();
    expect(handOf(hands).goToServer(never)).toBe(true);
  });

  it('does not go to a server that has failed while it waited, and leaves its place to the next', async () => {
    let isFailing = false;
    const hands = handsWith({ isFailing: (lane) => lane === LANE && isFailing });
    const [first, second] = [handOf(hands), handOf(hands)];
    const other = hands.take('other/platform');
    void first.goToServer(never);
    const [going, othersGoing] = [second.goToServer(never), other?.goToServer(never)];
    isFailing = true;
    first.free();
    expect(await going).toBe(false);
    expect(await othersGoing).toBe(true);
  });

  it('goes to a failing server where it was chosen to probe it', async () => {
    const hands = handsWith({ isFailing: (lane) => lane === LANE });
    const other = hands.take('other/platform');
    void other?.goToServer(never);
    const going = handOf(hands).goToServer(never);
    expect(hands.take(LANE)).toBeNull();
    other?.free();
    expect(await going).toBe(true);
  });
});
