import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { id } from "../_shared/input.ts";
import { deliverAll, type Delivery } from "../_shared/livekit.ts";
import { serve } from "../_shared/serve.ts";

type Managed = { participant: unknown; request: unknown; deliveries: Delivery[] };

serve("manage-stage", {
  auth: user,
  input: z.strictObject({
    session_id: id,
    action: z.enum(["request", "cancel_request", "invite", "accept", "decline", "promote", "demote"]),
    user_id: id.nullish(),
    role: z.enum(["host", "co_host", "speaker", "viewer", "listener"]).nullish(),
  }),
  async handle({ caller, input, key, config }) {
    const { deliveries, participant, request } = await decide<Managed>(config, "manage_stage", {
      p_caller: caller.userId,
      p_session_id: input.session_id,
      p_action: input.action,
      p_user_id: input.user_id,
      p_role: input.role,
      p_key: key,
    });
    await deliverAll(config, deliveries);
    return { participant, request };
  },
});
