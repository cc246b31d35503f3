/** English texts of signing in and of the first set-up. */
export const signInTexts = {
  signIn: {
    title: 'Sign in',
    lead: 'The console of your gateways and telephone systems.',
    email: 'E-mail address',
    password: 'Password',
    submit: 'Sign in',
    over: 'Sign in to go on.',
    firstTime: 'First time here? The connector printed a one-time set-up link when it started.',
  },
  setup: {
    title: 'Set up Demarc',
    lead: 'This link works once. It makes your partner account and your own sign-in.',
    partnerName: 'Company (partner account)',
    name: 'Your name',
    email: 'E-mail address',
    password: 'Password',
    passwordHint: 'At least 8 characters.',
    submit: 'Set up and sign in',
    noToken: 'The link is not complete',
    noTokenNext: 'Open the whole link that the connector printed when it started, with everything after the # sign.',
    done: 'This console is set up. Sign in with your e-mail address and password.',
    toSignIn: 'Go to sign-in',
  },
  signInLink: {
    title: 'Sign in with a link',
    lead: 'This link works once, within 15 minutes.',
    submit: 'Sign in',
  },
};
