import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { id, line, seconds } from "../_shared/input.ts";
import { deliverAll, type Delivery } from "../_shared/livekit.ts";
import { serve } from "../_shared/serve.ts";

type Moderated = { participant: unknown; deliveries: Delivery[] };

serve("moderate", {
  auth: user,
  input: z.strictObject({
    session_id: id,
    action: z.enum(["mute", "unmute", "kick", "ban", "unban"]),
    user_id: id,
    reason: line(500).nullish(),
    scope: z.enum(["session", "creator"]).nullish(),
    expires_in_seconds: seconds.nullish(),
  }),
  async handle({ caller, input, key, config }) {
    const { deliveries, participant } = await decide<Moderated>(config, "moderate", {
      p_caller: caller.userId,
      p_session_id: input.session_id,
      p_action: input.action,
      p_user_id: input.user_id,
      p_reason: input.reason,
      p_scope: input.scope,
      p_seconds: input.expires_in_seconds,
      p_key: key,
    });
    await deliverAll(config, deliveries);
    return { participant };
  },
});
