import { z } from "zod";
import { holdTo, userOrTicket } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { id } from "../_shared/input.ts";
import { admit, type Ticket } from "../_shared/livekit.ts";
import { invalid } from "../_shared/refusal.ts";
import { serve } from "../_shared/serve.ts";

type Token = { role: string; ticket: Ticket };

serve("get-livekit-token", {
  auth: userOrTicket("call"),
  input: z.strictObject({ session_id: id.optional(), call_id: id.optional() }),
  async handle({ caller, input, config }) {
    if ((input.session_id === undefined) === (input.call_id === undefined)) {
      throw invalid("session_id", "Exactly one of session_id and call_id is needed.");
    }
    const { role, ticket } = caller.ticket
      ? await decide<Token>(config, "call_token_by_ticket", { p_ticket: holdTo(caller.ticket, input.call_id) })
      : input.session_id === undefined
      ? await decide<Token>(config, "call_token", { p_caller: caller.userId, p_call_id: input.call_id })
      : await decide<Token>(config, "session_token", { p_caller: caller.userId, p_session_id: input.session_id });
    return { role, livekit: await admit(config, ticket) };
  },
});
