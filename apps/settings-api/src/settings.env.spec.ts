import { settingsEnvironment } from './settings.env.js';

const publicUrl = settingsEnvironment.shape.MAIL_DISPATCHER_PUBLIC_URL;

describe('where a browser finds a service', () => {
  it.each([
    [undefined, 'http://127.0.0.1:4101'],
    ['https://mail.example.com/dispatcher/', 'https://mail.example.com/dispatcher'],
    ['/api/dispatcher', '/api/dispatcher'],
    ['/api/dispatcher/', '/api/dispatcher'],
  ])('is a URL, or a path of the origin of the page: %s', (value, expected) => expect(publicUrl.parse(value)).toBe(expected));

  it.each(['//other.example', '/', 'api/dispatcher', 'mail.example.com', 'ftp://mail.example.com', "/api'; script-src *"])(
    'is not %s',
    (value) => expect(publicUrl.safeParse(value).success).toBe(false),
  );
});
