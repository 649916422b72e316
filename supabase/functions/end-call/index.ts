import { z } from "zod";
import { holdTo, userOrTicket } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { id } from "../_shared/input.ts";
import { deliverAll, type Delivery } from "../_shared/livekit.ts";
import type { Push } from "../_shared/push/push.ts";
import { sendInBackground } from "../_shared/push/send.ts";
import { serve } from "../_shared/serve.ts";

type Ended = { call: unknown; deliveries: Delivery[]; pushes: Push[] };

serve("end-call", {
  auth: userOrTicket("answer", "call"),
  input: z.strictObject({ call_id: id }),
  async handle({ caller, input, key, config }) {
    const { call, deliveries, pushes } = caller.ticket
      ? await decide<Ended>(config, "end_call_by_ticket", {
        p_ticket: holdTo(caller.ticket, input.call_id),
        p_key: key,
      })
      : await decide<Ended>(config, "end_call", { p_caller: caller.userId, p_call_id: input.call_id, p_key: key });
    sendInBackground(config, pushes);
    await deliverAll(config, deliveries);
    return { call };
  },
});
