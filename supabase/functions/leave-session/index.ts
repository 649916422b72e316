import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { id } from "../_shared/input.ts";
import { deliverAll, type Delivery } from "../_shared/livekit.ts";
import { serve } from "../_shared/serve.ts";

serve("leave-session", {
  auth: user,
  input: z.strictObject({ session_id: id }),
  async handle({ caller, input, key, config }) {
    const { deliveries, session } = await decide<{ deliveries: Delivery[]; session: unknown }>(
      config,
      "leave_session",
      {
        p_caller: caller.userId,
        p_session_id: input.session_id,
        p_key: key,
      },
    );
    await deliverAll(config, deliveries);
    return { session };
  },
});
