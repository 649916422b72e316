import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { id } from "../_shared/input.ts";
import { deliverAll, type Delivery } from "../_shared/livekit.ts";
import { serve } from "../_shared/serve.ts";

type Changed = { call: unknown; deliveries: Delivery[] };

serve("change-call", {
  auth: user,
  input: z.strictObject({
    call_id: id,
    action: z.enum(["request_video", "accept_video", "decline_video", "to_audio"]),
  }),
  async handle({ caller, input, key, config }) {
    const { call, deliveries } = await decide<Changed>(config, "change_call", {
      p_caller: caller.userId,
      p_call_id: input.call_id,
      p_action: input.action,
      p_key: key,
    });
    await deliverAll(config, deliveries);
    return { call };
  },
});
