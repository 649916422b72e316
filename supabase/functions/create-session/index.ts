import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { coins, line } from "../_shared/input.ts";
import { admit, type Ticket } from "../_shared/livekit.ts";
import { serve } from "../_shared/serve.ts";

type Created = { session: { id: string }; role: string; created: boolean; ticket: Ticket };

serve("create-session", {
  auth: user,
  input: z.strictObject({
    session_type: z.enum(["video_live", "audio_room"]),
    title: line(120),
    access: z.enum(["public", "subscribers_only", "pay_per_view"]),
    price_coins: coins.nullish(),
  }),
  async handle({ caller, input, key, config }) {
    const { session, role, created, ticket } = await decide<Created>(config, "create_session", {
      p_caller: caller.userId,
      p_session_type: input.session_type,
      p_title: input.title,
      p_access: input.access,
      p_price_coins: input.price_coins,
      p_key: key,
    });
    try {
      return { session, role, livekit: await admit(config, ticket) };
    } catch (error) {
      // No session without its room. If this is lost too, the sweeper ends what never started.
      if (created) await decide(config, "discard_session", { p_session_id: session.id });
      throw error;
    }
  },
});
