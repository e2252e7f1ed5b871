import { platformServer } from './platform-server.js';

describe('platformServer', () => {
  it.each([
    ['smtps://mail.example', { host: 'mail.example', port: 465, security: 'tls', auth: { type: 'none' } }],
    ['smtp://u%40x:p%3Aw@mail.example', { port: 587, security: 'starttls', auth: { type: 'password', username: 'u@x', password: 'p:w' } }],
    ['smtp://127.0.0.1:2525', { host: '127.0.0.1', port: 2525, security: 'none', auth: { type: 'none' } }],
    ['smtp://mail.example?security=starttls', { security: 'starttls' }],
    ['smtp://[::1]:25', { host: '::1', port: 25 }],
  ])('reads %s', (url, expected) => {
    expect(platformServer(url)).toMatchObject({ ...expected, trusted: true });
  });
});
