import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { id } from "../_shared/input.ts";
import { requireStorage } from "../_shared/recording.ts";
import { serve } from "../_shared/serve.ts";
import { signedUrl } from "../_shared/storage.ts";

type Access = { recording: unknown; object_key: string; url_seconds: number };

serve("get-recording", {
  auth: user,
  input: z.strictObject({ recording_id: id }),
  async handle({ caller, input, config }) {
    const { recording, object_key, url_seconds } = await decide<Access>(config, "recording_access", {
      p_caller: caller.userId,
      p_recording_id: input.recording_id,
    });
    return { recording, url: await signedUrl(requireStorage(config), "GET", object_key, url_seconds) };
  },
});
