import { Anchor } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { ErrorBody } from '#contract/api.ts';
import { accessErrors } from '#contract/errors/access.ts';
import { apiErrors } from '#contract/errors/api.ts';
import { resetErrors } from '#contract/errors/resets.ts';
import { ApiError } from '#web/kit/api/api-error.ts';
import { errorsInLanguage } from '#web/kit/errors-in-language.ts';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { text } from '../../texts/index.ts';
import { FrontDoor } from './front-door.tsx';

const t = text.signInProblem;
const KNOWN: Readonly<Record<string, { cause: string; nextStep: string }>> = {
  ...apiErrors,
  ...resetErrors,
  ...accessErrors,
};

/** The error that the address names: only by its code, so that nobody puts words of their own on this page. */
export function problemOf(hash: string): ApiError {
  const told = new URLSearchParams(hash.replace(/^#/, ''));
  const named = told.get('code') ?? '';
  const code = Object.hasOwn(KNOWN, named) ? named : 'internal';
  const words = KNOWN[code] ?? apiErrors.internal;
  const request = told.get('request') ?? '';
  const requestId = /^[\w-]{1,64}$/.test(request) ? request : '';
  const body = { code, message: words.cause, nextStep: words.nextStep, requestId };
  return new ApiError(0, ErrorBody.parse(JSON.parse(JSON.stringify(body), errorsInLanguage)));
}

/** Where somebody lands whom the sign-in provider sent back without success. */
export default function SignInProblem() {
  const [problem] = useState(() => problemOf(window.location.hash));
  return (
    <FrontDoor title={t.title} lead={t.lead}>
      <ErrorPanel error={problem} title={t.title} />
      <Anchor component={Link} href="/" size="sm">
        {t.again}
      </Anchor>
    </FrontDoor>
  );
}
