import fc from 'fast-check';
import { addAddresses, readAddressList, wrongAddresses } from './read-address-list.js';

describe('a pasted list of addresses', () => {
  it.each([
    ['one', 'a@x.example', [{ address: 'a@x.example' }]],
    [
      'commas and semicolons',
      'a@x.example, b@x.example;c@x.example',
      [{ address: 'a@x.example' }, { address: 'b@x.example' }, { address: 'c@x.example' }],
    ],
    ['a column of a spreadsheet', 'a@x.example\r\nb@x.example\r\n', [{ address: 'a@x.example' }, { address: 'b@x.example' }]],
    [
      'a name beside its address',
      'Anna Berg\ta@x.example\nMax\tb@x.example',
      [
        { address: 'a@x.example', name: 'Anna Berg' },
        { address: 'b@x.example', name: 'Max' },
      ],
    ],
    ['two addresses beside each other', 'a@x.example\tb@x.example\tnote', [{ address: 'a@x.example' }, { address: 'b@x.example' }]],
    [
      'a To line',
      '"Berg, Anna" <a@x.example>, Max <b@x.example>',
      [
        { address: 'a@x.example', name: 'Berg, Anna' },
        { address: 'b@x.example', name: 'Max' },
      ],
    ],
    ['an address in angle brackets', '<a@x.example>', [{ address: 'a@x.example' }]],
    ['what is no address', 'nonsense', [{ address: 'nonsense' }]],
    ['nothing', ' \n ,; ', []],
  ])('is read as it was meant: %s', (_name, text, wanted) => expect(readAddressList(text)).toEqual(wanted));

  it('never loses an address, however it is separated', () => {
    const address = fc.stringMatching(/^[a-z]{1,8}@[a-z]{1,8}\.example$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(address, { minLength: 1 }),
        fc.constantFrom(',', ';', '\n', '\t', ' ; ', '\r\n'),
        (addresses, separator) => {
          expect(readAddressList(addresses.join(separator)).map((each) => each.address)).toEqual(addresses);
        },
      ),
    );
  });

  it('adds what is new and counts what is not, whatever the case', () => {
    expect(
      addAddresses([{ address: 'a@x.example' }], [{ address: 'A@X.example' }, { address: 'b@x.example' }, { address: 'B@x.example' }]),
    ).toEqual({
      list: [{ address: 'a@x.example' }, { address: 'b@x.example' }],
      added: 1,
      doubles: 2,
    });
  });

  it('tells the wrong ones with their reason', () => {
    expect(wrongAddresses([{ address: 'a@x.example' }, { address: 'b@@x' }])).toEqual([{ address: 'b@@x', reason: expect.any(String) }]);
  });
});
