import type { ErrorCode, ErrorDetails, LiveError } from '../generated/bridge';
import { errorCodes } from '../generated/errors';

/** A refusal as the backend words it. */
export function refusal(code: ErrorCode, message: string, details: ErrorDetails = {}): LiveError {
  return { code, message, retryable: errorCodes[code].retryable, details };
}

/** Thrown where a request is refused; answered to whoever asked. */
export class Refused extends Error {
  constructor(readonly error: LiveError) {
    super(error.message);
  }
}

/** Refuses. */
export function refuse(code: ErrorCode, message: string, details?: ErrorDetails): never {
  throw new Refused(refusal(code, message, details));
}
