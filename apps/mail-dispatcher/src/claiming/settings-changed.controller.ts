import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SETTINGS_CHANGED, settingsChangedEvent } from '@billing-mail/contracts';
import { HastenWaiting } from './hasten-waiting.js';

@Controller()
export class SettingsChangedController {
  constructor(private readonly hasten: HastenWaiting) {}

  @EventPattern(SETTINGS_CHANGED)
  async changed(@Payload() payload: unknown): Promise<void> {
    const event = settingsChangedEvent.safeParse(payload);
    if (event.success) await this.hasten.afterChange(event.data.teamId);
  }
}
