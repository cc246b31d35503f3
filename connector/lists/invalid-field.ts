import { DemarcError } from '#contract/errors/demarc-error.ts';

/** `api.invalid` that names the field of the request, which the console marks. */
export class InvalidField extends DemarcError {
  readonly field: string;

  constructor(field: string, detail: string) {
    super('api.invalid', `${field}: ${detail}`);
    this.field = field;
  }
}
