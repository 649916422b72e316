import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { line } from "../_shared/input.ts";
import { serve } from "../_shared/serve.ts";

serve("export-account", {
  auth: user,
  input: z.strictObject({ section: line(64).nullish(), offset: z.int().min(0).max(2_147_483_647).nullish() }),
  handle: ({ caller, input, config }) =>
    input.section
      ? decide(config, "export_account", {
        p_caller: caller.userId,
        p_section: input.section,
        p_offset: input.offset ?? 0,
      })
      : decide(config, "export_sections", { p_caller: caller.userId }),
});
