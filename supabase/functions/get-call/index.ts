import { z } from "zod";
import { holdTo, userOrTicket } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { id } from "../_shared/input.ts";
import { serve } from "../_shared/serve.ts";

serve("get-call", {
  auth: userOrTicket("answer", "call"),
  input: z.strictObject({ call_id: id }),
  async handle({ caller, input, config }) {
    return caller.ticket
      ? await decide<{ call: unknown }>(config, "call_state_by_ticket", {
        p_ticket: holdTo(caller.ticket, input.call_id),
      })
      : await decide<{ call: unknown }>(config, "call_state", { p_caller: caller.userId, p_call_id: input.call_id });
  },
});
