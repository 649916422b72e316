import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { coins, id } from "../_shared/input.ts";
import { admit, type Ticket } from "../_shared/livekit.ts";
import { serve } from "../_shared/serve.ts";

type Joined = { session: unknown; role: string; charged_coins: number; ticket: Ticket };

serve("join-session", {
  auth: user,
  input: z.strictObject({ session_id: id, accept_price: coins.nullish() }),
  async handle({ caller, input, key, config }) {
    const { ticket, ...answer } = await decide<Joined>(config, "join_session", {
      p_caller: caller.userId,
      p_session_id: input.session_id,
      p_accept_price: input.accept_price,
      p_key: key,
    });
    return { ...answer, livekit: await admit(config, ticket) };
  },
});
