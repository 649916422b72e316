import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { coins, id, line } from "../_shared/input.ts";
import { serve } from "../_shared/serve.ts";

serve("send-gift", {
  auth: user,
  input: z.strictObject({ session_id: id, coins, message: line(200).nullish() }),
  async handle({ caller, input, key, config }) {
    return await decide<{ balance: number }>(config, "send_gift", {
      p_caller: caller.userId,
      p_session_id: input.session_id,
      p_coins: input.coins,
      p_message: input.message,
      p_key: key,
    });
  },
});
