import { onConnection } from './schema-copy.js';

describe('a connection of its own', () => {
  it.each([
    ['127.0.0.1:1', /ECONNREFUSED/],
    // Without DNS the resolver fails with another error code.
    ['nowhere.invalid:5432', /ENOTFOUND|EAI_AGAIN/],
  ])('says which PostgreSQL is not there, and no password: %s', async (host, reason) => {
    const opened = onConnection(`postgresql://clerk:secret@${host}/billing`, () => Promise.resolve());
    const error = await opened.catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(/^PostgreSQL at .+ can't be used: .+\. Check DATABASE_URL\.$/) });
    expect(String(error)).toContain(host);
    expect(String(error)).toMatch(reason);
    expect(String(error)).not.toContain('secret');
  });
});
