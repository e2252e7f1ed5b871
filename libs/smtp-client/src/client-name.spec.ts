import { defaultClientName } from './client-name.js';

describe('defaultClientName', () => {
  it.each([
    ['mail-1.example', 'mail-1.example'],
    ['build_agent_7', 'build-agent-7'],
    ['büro', 'b-ro'],
    ['___', 'localhost'],
  ])('makes of %s a name for EHLO', (machine, name) => {
    expect(defaultClientName(machine)).toBe(name);
  });
});
