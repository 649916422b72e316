import type { ErrorCode, LiveError } from '../generated/bridge';
import { errorCodes } from '../generated/errors';

/** A refusal on its way to whoever asked. */
export class Refused extends Error {
  constructor(readonly error: LiveError) {
    super(`${error.code}: ${error.message}`);
    this.name = 'Refused';
  }
}

/** An error of that code, retryable as the code is. */
export function liveError(code: ErrorCode, message: string, details: LiveError['details'] = {}): LiveError {
  return { code, message, retryable: errorCodes[code].retryable, details };
}

/** The same, to be thrown. */
export function refused(code: ErrorCode, message: string, details: LiveError['details'] = {}): Refused {
  return new Refused(liveError(code, message, details));
}

/** What was thrown, as the one error; what isn't ours is `internal`. */
export function asLiveError(thrown: unknown): LiveError {
  if (thrown instanceof Refused) return thrown.error;
  return liveError('internal', thrown instanceof Error ? thrown.message : String(thrown));
}

/** A code of a newer server reads as `internal`. */
export function parseCode(name: string): ErrorCode {
  return isCode(name) ? name : 'internal';
}

/** Whether that is the name of a code. */
export function isCode(name: string): name is ErrorCode {
  return Object.hasOwn(errorCodes, name);
}
