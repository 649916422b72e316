import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { id } from "../_shared/input.ts";
import { serve } from "../_shared/serve.ts";

serve("start-session", {
  auth: user,
  input: z.strictObject({ session_id: id }),
  handle: ({ caller, input, key, config }) =>
    decide(config, "start_session", { p_caller: caller.userId, p_session_id: input.session_id, p_key: key }),
});
