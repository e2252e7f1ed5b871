// A route that does not work, and who is told of it: a team is told soon about its own server, and after an hour about the platform.
import { pause, type Scenario, seconds } from '../scenario.js';
import { type Stage } from '@billing-mail/tools/stage';
import { BothRoutes } from './both-routes.js';

/** Makes recorded troubles look an hour older, because a campaign cannot wait for an hour. */
async function anHourLater({ database }: Stage): Promise<void> {
  await database.rows(`UPDATE dispatch.troubles SET since = since - interval '1 hour'`);
}

const certificateEnded: Scenario = {
  name: 'certificate-ended',
  injects: "the platform's certificate has ended and a team's server answers nobody, for an hour; then both are mended",
  expects: 'both teams are told once, with since when; what waits for the signature keeps its tries and is sent',
  run: async (play) => {
    const { stage } = play;
    const routes = await BothRoutes.of(play);
    const restart = async (): Promise<void> => {
      for (const dispatcher of stage.dispatchers) await dispatcher.stop().then(() => dispatcher.start());
    };
    const told = async (): Promise<string[]> =>
      (
        await stage.database.rows<{ type: string }>(
          `SELECT payload ->> 'type' AS type FROM public.told WHERE payload ->> 'teamId' = ANY($1) AND payload ->> 'type' <> 'delivery_settled'`,
          [routes.teams],
        )
      ).map(({ type }) => type);
    // Outcomes leave the outbox as soon as they are sent, so a trigger keeps copies.
    await stage.database.rows('CREATE TABLE public.told (payload jsonb)');
    await stage.database.rows(`
      CREATE FUNCTION public.note_told() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO public.told VALUES (NEW.payload); RETURN NULL; END $$`);
    await stage.database.rows('CREATE TRIGGER note_told AFTER INSERT ON dispatch.outbox FOR EACH ROW EXECUTE FUNCTION public.note_told()');
    try {
      stage.renewCertificate({ hasEnded: true });
      routes.servers[0]?.behave({ banner: 'close' });
      await restart();
      await routes.publish();
      const noted = async (): Promise<number> =>
        (
          await stage.database.rows(
            'SELECT lane FROM dispatch.troubles UNION ALL SELECT id::text FROM dispatch.incidents WHERE team_id = ANY($1)',
            [routes.teams],
          )
        ).length;
      await play.awaits('noted', async () => (await noted()) === 2);
      await anHourLater(stage);
      await restart();
      await routes.publish();
      await play.awaits('told', async () => (await told()).length >= 2);
      await restart();
      await routes.publish({}, [1, 0]);
      await pause(3000);
      play.expect([...(await told())].sort().join() === 'platform_unavailable,server_down', `told: ${(await told()).join()}`);
      stage.renewCertificate();
      routes.behave();
      await restart();
      const ms = await play.untilSettled();
      const waited = (await play.deliveries()).filter(({ teamId }) => teamId === routes.teams[1]);
      play.expect(
        waited.every(({ status, attempts }) => status === 'sent' && attempts.length === 1),
        'what waited for the signature was not sent by one try',
      );
      return `told ${(await told()).join(' and ')}; ${waited.length} sent ${seconds(ms)} after the renewal`;
    } finally {
      await stage.database.rows('DROP TRIGGER note_told ON dispatch.outbox');
      await stage.database.rows('DROP FUNCTION public.note_told');
      await stage.database.rows('DROP TABLE public.told');
      routes.behave();
    }
  },
};

export const waysOut: readonly Scenario[] = [certificateEnded];
